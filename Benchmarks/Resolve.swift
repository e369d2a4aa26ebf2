import Domain
import Gateway
import Glibc
import Logging
import Security
import Storage

/// A warm resolve, token hash to plan, as the gateway's loop does it, against the bare LMDB gets that it makes: the
/// same keys, the same renewals; random over all tokens; rounds alternate. In time of the processor, since others may
/// use it too.
func measureResolve(_ folder: ServedFolder, resolves: Int, rounds: Int, _ report: inout Report) async throws {
    let catalog = try Catalog(folder: folder.catalog)
    let result = Result { try measureResolve(catalog, folder, resolves: resolves, rounds: rounds, &report) }
    await catalog.close()
    try result.get()
}

private func measureResolve(
    _ catalog: Catalog, _ folder: ServedFolder, resolves: Int, rounds: Int, _ report: inout Report
) throws {
    let bare = try BareGets(folder: folder.catalog, mapBytes: 256 << 30)
    // Room for every plan, so that all resolves are warm.
    let resolver = try PlanResolver(catalog, cacheBytes: 4 << 30, logger: Logger(label: "benchmark"))
    let set = folder.set
    for deployment in 0..<set.deployments {
        _ = try resolve(resolver, sha256(set.secret(min(deployment * 10, set.tokens - 1))))
    }
    var generator = SystemRandomNumberGenerator()
    var ours: [Double] = []
    var theirs: [Double] = []
    for round in 0..<rounds + 1 {
        let keys = Keys(set, (0..<resolves).map { _ in Int.random(in: 0..<set.tokens, using: &generator) })
        var measured = (0.0, 0.0)
        // Whoever goes first finds colder pages; so it is each in turn.
        for isOurs in round.isMultiple(of: 2) ? [true, false] : [false, true] {
            let begin = processorTime()
            let found = isOurs ? try keys.sum { try resolve(resolver, $0) } : keys.sum(bare)
            let each = (processorTime() - begin) / Double(resolves)
            guard found > 0 else { throw BareGets.Failure(code: -1) }
            if isOurs { measured.0 = each } else { measured.1 = each }
        }
        // The first round warms up.
        guard round > 0 else { continue }
        ours.append(measured.0)
        theirs.append(measured.1)
    }
    report.add("warm resolve, \(set.tokens) tokens", median(ours), "ns")
    report.add("bare LMDB gets, \(set.tokens) tokens", median(theirs), "ns")
    report.add("resolve / bare gets, \(set.tokens) tokens", median(ours) / median(theirs), "", limit: 2.5)
}

/// Nanoseconds that this thread has run.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// What `authenticate` and `resolve` of a run come to, beyond reading the request.
@inline(never)
private func resolve(_ resolver: PlanResolver, _ hash: Digest) throws(GatewayError) -> Int {
    let caller = try resolver.authenticate(hash, now: 1_795_000_000_000)
    let deployment = try resolver.deployment(for: caller, schema: caller.schema)
    let plan = try resolver.plan(deployment)
    return plan.byteCost
}

/// The keys of a round, made before it.
private struct Keys {
    private var hashes: [Digest] = []
    private var deploymentKeys: [UInt8] = []
    private var ends: [Int] = []

    init(_ set: DataSet, _ tokens: [Int]) {
        for token in tokens {
            hashes.append(sha256(set.secret(token)))
            let deployment = set.deployment(ofToken: token)
            let agent = set.agent(ofDeployment: deployment)
            let key = DeploymentRecord.key(
                organization: set.organization(ofAgent: agent), agent: "agent-\(agent)", schema: 1,
                environment: set.environment(ofDeployment: deployment))
            deploymentKeys += key.bytes
            ends.append(deploymentKeys.count)
        }
    }

    func sum(_ resolve: (Digest) throws -> Int) rethrows -> Int {
        var sum = 0
        for hash in hashes { sum &+= try resolve(hash) }
        return sum
    }

    /// 0 where a key is not there.
    func sum(_ bare: BareGets) -> Int {
        var sum = 0
        var begin = 0
        let isWhole = deploymentKeys.withUnsafeBytes { keys in
            for (hash, end) in zip(hashes, ends) {
                let key = UnsafeRawBufferPointer(rebasing: keys[begin..<end])
                let found = hash.withBytes { bare.resolve(token: $0, deployment: key) }
                guard found > 60 else { return false }
                sum &+= found
                begin = end
            }
            return true
        }
        return isWhole ? sum : 0
    }
}
