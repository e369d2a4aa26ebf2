import Domain

/// What was consumed on one UTC day by one version of an agent in one environment, with one model and key, summed as runs
/// end.
package struct DailyUsage: Hashable, Sendable {
    /// Days since 1970-01-01, UTC, of the run's end.
    package var day: UInt32
    package var organization: String
    package var agent: String
    package var environment: String
    package var version: UInt32
    package var provider: String
    package var model: String
    package var keyID: String
    package var keySource: KeySource

    package var runs: Int64 = 0
    package var failedRuns: Int64 = 0
    package var estimatedRuns: Int64 = 0
    package var interruptedRuns: Int64 = 0
    /// Runs that cost more than was held.
    package var runsAboveHold: Int64 = 0
    package var attempts: Int64 = 0
    package var usage = Usage()
    package var cost = NanoCredits.zero
    /// What it comes to at the base price list, whoever pays.
    package var listCost = NanoCredits.zero

    package static let millisecondsPerDay: Int64 = 86_400_000

    /// The day of a time in milliseconds since 1970.
    package static func day(of time: Int64) -> UInt32 { UInt32(clamping: time / millisecondsPerDay) }

    init(_ run: RunRecord, _ end: RunEnd) {
        day = Self.day(of: end.endedAt)
        organization = run.organization
        agent = run.agent
        environment = run.environment
        version = run.versionNumber
        provider = run.provider
        model = run.model
        keyID = run.keyID
        keySource = run.keySource
    }

    mutating func add(_ end: RunEnd) {
        runs += 1
        if end.outcome != .succeeded { failedRuns += 1 }
        if end.outcome == .interrupted { interruptedRuns += 1 }
        if end.exceededHold { runsAboveHold += 1 }
        let metered = end.usage
        if metered.isEstimated { estimatedRuns += 1 }
        attempts += Int64(end.attempts.count)
        usage += metered.usage
        cost = cost.addingClamped(end.cost)
        listCost = listCost.addingClamped(end.listCost)
    }

    static func prefix(organization: String) -> Key { Key(organization) }

    static func start(organization: String, day: UInt32) -> Key {
        Key(reserving: 160).appending(organization).appending(day)
    }

    var key: Key {
        Self.start(organization: organization, day: day).appending(agent).appending(environment).appending(version)
            .appending(provider).appending(model).appending(keyID).appending(keySource.rawValue)
    }

    /// Where the end of a run counts.
    static func key(of run: RunRecord, endedAt: Int64) -> Key {
        start(organization: run.organization, day: day(of: endedAt)).appending(run.agent).appending(run.environment)
            .appending(run.versionNumber).appending(run.provider).appending(run.model).appending(run.keyID)
            .appending(run.keySource.rawValue)
    }

    private static let layout: UInt8 = 2

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(day)
        for text in [organization, agent, environment] { record.put(text) }
        record.put(version)
        for text in [provider, model, keyID] { record.put(text) }
        record.put(keySource.rawValue)
        for counter in [runs, failedRuns, estimatedRuns, interruptedRuns, runsAboveHold, attempts] {
            record.put(counter)
        }
        record.put(usage)
        record.put(cost.rawValue)
        record.put(listCost.rawValue)
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        day = try record.integer(bytes)
        organization = try record.string(bytes)
        agent = try record.string(bytes)
        environment = try record.string(bytes)
        version = try record.integer(bytes)
        provider = try record.string(bytes)
        model = try record.string(bytes)
        keyID = try record.string(bytes)
        guard let source = KeySource(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read daily usage: key source")
        }
        keySource = source
        runs = try record.integer(bytes)
        failedRuns = try record.integer(bytes)
        estimatedRuns = try record.integer(bytes)
        interruptedRuns = try record.integer(bytes)
        runsAboveHold = try record.integer(bytes)
        attempts = try record.integer(bytes)
        usage = try record.usage(bytes)
        cost = NanoCredits(try record.integer(bytes))
        listCost = NanoCredits(try record.integer(bytes))
    }
}
