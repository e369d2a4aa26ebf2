import Domain

/// What an agent consumed in one environment with one model on one UTC day, summed as runs end.
package struct DailyUsage: Hashable, Sendable {
    /// Days since 1970-01-01, UTC, of the run's end.
    package var day: UInt32
    package var organization: String
    package var agent: String
    package var environment: String
    package var model: String

    package var runs: Int64 = 0
    package var failedRuns: Int64 = 0
    package var estimatedRuns: Int64 = 0
    package var usage = Usage()
    package var cost = NanoCredits.zero

    package static let millisecondsPerDay: Int64 = 86_400_000

    init(_ run: RunRecord, _ end: RunEnd) {
        day = UInt32(clamping: end.endedAt / Self.millisecondsPerDay)
        organization = run.organization
        agent = run.agent
        environment = run.environment
        model = run.provider + "/" + run.model
    }

    mutating func add(_ end: RunEnd) {
        runs += 1
        if end.outcome != .succeeded { failedRuns += 1 }
        if end.usage.isEstimated { estimatedRuns += 1 }
        usage += end.usage.usage
        cost += end.cost
    }

    static func prefix(organization: String) -> Key { Key(organization) }

    static func start(organization: String, day: UInt32) -> Key { Key(organization).appending(day) }

    var key: Key {
        Self.start(organization: organization, day: day).appending(agent).appending(environment).appending(model)
    }

    private static let layout: UInt8 = 1

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(day)
        for text in [organization, agent, environment, model] { record.put(text) }
        for counter in [runs, failedRuns, estimatedRuns] { record.put(counter) }
        record.put(usage)
        record.put(cost.rawValue)
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        day = try record.integer(bytes)
        organization = try record.string(bytes)
        agent = try record.string(bytes)
        environment = try record.string(bytes)
        model = try record.string(bytes)
        runs = try record.integer(bytes)
        failedRuns = try record.integer(bytes)
        estimatedRuns = try record.integer(bytes)
        usage = try record.usage(bytes)
        cost = NanoCredits(try record.integer(bytes))
    }
}
