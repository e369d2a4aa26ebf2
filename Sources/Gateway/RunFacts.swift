import Domain
import NIOCore
import NIOHTTP1

/// What is known of a run so far: for the headers of its response, and its line in the log.
struct RunFacts {
    var id: RunID
    var receivedAt: NIODeadline
    var organization = ""
    var agent = ""
    var environment = ""
    var version: UInt32 = 0
    var revision: UInt64 = 0
    /// Names of request fields that the deployment decides.
    var ignored: [String] = []
    var cost: NanoCredits?
    var error: ErrorCode?
    /// How often the request was sent: two where libcurl found a kept connection dead.
    var sends = 0
    /// Time in which the run waited for its provider.
    var providerTime = TimeAmount.zero

    init(id: RunID, receivedAt: NIODeadline) {
        self.id = id
        self.receivedAt = receivedAt
    }

    mutating func note(_ caller: Caller) {
        organization = caller.organization
        agent = caller.agent
        environment = caller.environment
    }

    mutating func note(_ target: Target) {
        version = target.deployment.versionNumber
        revision = target.deployment.revision
    }

    mutating func note(_ settled: RunRecord) { cost = settled.end?.cost }

    /// Time spent in Tollgate so far.
    var overheadMicroseconds: Int64 { ((NIODeadline.now() - receivedAt) - providerTime).nanoseconds / 1_000 }

    /// On every response.
    var headers: HTTPHeaders {
        var headers: HTTPHeaders = ["x-request-id": "\(id)", "tollgate-run-id": "\(id)"]
        if version > 0 {
            headers.add(name: "tollgate-version", value: String(version))
            headers.add(name: "tollgate-deployment-revision", value: String(revision))
        }
        if !ignored.isEmpty { headers.add(name: "tollgate-ignored", value: ignored.joined(separator: ", ")) }
        return headers
    }

    /// On every response that is not streamed.
    var wholeHeaders: HTTPHeaders {
        var headers = headers
        headers.add(name: "content-type", value: "application/json")
        if let cost { headers.add(name: "tollgate-cost", value: "\(cost)") }
        headers.add(name: "tollgate-overhead-us", value: String(overheadMicroseconds))
        return headers
    }
}
