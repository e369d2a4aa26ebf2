import Domain
import JSON
import Storage

enum UsageResource {
    /// What rows can be summed by.
    enum Group: String, Sendable, CaseIterable {
        case day, agent, environment, version, model, provider, key
        case keySource = "key_source"

        /// What is summed by unless said.
        static let initial: [Self] = [.day, .agent, .environment, .model]
    }

    private static let defaultDays = 30
    /// Two leap years: more is for an export.
    private static let maximumDays = 732

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let organization = try organization(call)
        let groups = try groups(call.query["by"])
        let today = Day(sinceEpoch: Int(call.now.milliseconds / Timestamp.millisecondsPerDay))
        let last = try day(call, "to") ?? today
        let first = try day(call, "from") ?? Day(sinceEpoch: max(0, last.sinceEpoch - defaultDays))
        guard first.sinceEpoch <= last.sinceEpoch, last.sinceEpoch - first.sinceEpoch < maximumDays else {
            throw .invalid("from must not be after to, nor more than \(maximumDays) days before it")
        }
        _ = try await call.store.organization(organization)
        var sums = UsageSums(by: groups)
        try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.usage(organization, days: UInt32(first.sinceEpoch)...UInt32(last.sinceEpoch)) { sums.add($0) }
        }
        return Reply { object in
            object.member("organization", organization)
            object.member("from", first.description)
            object.member("to", last.description)
            object.key("by")
            object.array(groups) { $0.string($1.rawValue) }
            object.key("items")
            object.array(sums.rows) { array, row in array.object { row.write(to: &$0) } }
            object.member("total") { sums.total.write(to: &$0) }
        }
    }

    private static func organization(_ call: AdminCall) throws(ControlFault) -> String {
        guard let organization = call.query["organization"] ?? call.caller.organization else {
            throw .invalid("say which organization: ?organization=")
        }
        guard Slug.isValid(organization), call.caller.sees(organization) else { throw .notFound("organization") }
        return organization
    }

    private static func groups(_ text: String?) throws(ControlFault) -> [Group] {
        guard let text else { return Group.initial }
        var groups: Set<Group> = []
        for name in text.split(separator: ",") {
            guard let group = Group(rawValue: String(name)) else {
                throw .invalid("by must be of \(Group.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            groups.insert(group)
        }
        return Group.allCases.filter(groups.contains)
    }

    private static func day(_ call: AdminCall, _ name: String) throws(ControlFault) -> Day? {
        guard let text = call.query[name] else { return nil }
        guard let day = Day(text) else { throw .invalid("\(name) must be a day as 2026-11-21") }
        return day
    }
}

/// Daily usage summed by some of its groups, in the order of the groups.
struct UsageSums {
    struct Row {
        /// The values of the groups summed by.
        var names: [(group: UsageResource.Group, value: String)] = []
        var runs: Int64 = 0
        var failedRuns: Int64 = 0
        var estimatedRuns: Int64 = 0
        var interruptedRuns: Int64 = 0
        var runsAboveHold: Int64 = 0
        var usage = Usage()
        var cost = NanoCredits.zero
        var listCost = NanoCredits.zero
    }

    private(set) var total = Row()
    private var sums: [[String]: Row] = [:]
    private let groups: [UsageResource.Group]

    init(by groups: [UsageResource.Group]) { self.groups = groups }

    mutating func add(_ day: DailyUsage) {
        let values = groups.map { $0.value(of: day) }
        sums[values, default: Row(names: Array(zip(groups, values)))].add(day)
        total.add(day)
    }

    var rows: [Row] { sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value) }
}

extension UsageResource.Group {
    fileprivate func value(of row: DailyUsage) -> String {
        switch self {
        case .day: Day(sinceEpoch: Int(row.day)).description
        case .agent: row.agent
        case .environment: row.environment
        case .version: String(row.version)
        case .model: "\(row.provider)/\(row.model)"
        case .provider: row.provider
        case .key: row.keyID
        case .keySource: row.keySource.name
        }
    }
}

extension UsageSums.Row {
    fileprivate mutating func add(_ day: DailyUsage) {
        runs += day.runs
        failedRuns += day.failedRuns
        estimatedRuns += day.estimatedRuns
        interruptedRuns += day.interruptedRuns
        runsAboveHold += day.runsAboveHold
        usage += day.usage
        cost += day.cost
        listCost += day.listCost
    }

    func write(to object: inout JSONWriter) {
        for name in names { object.member(name.group.rawValue, name.value) }
        object.member("runs", runs)
        object.member("failed_runs", failedRuns)
        object.member("estimated_runs", estimatedRuns)
        object.member("interrupted_runs", interruptedRuns)
        object.member("runs_above_hold", runsAboveHold)
        object.member("usage") { counters in
            for counter in Usage.Counter.allCases { counters.member(counter.name, usage[counter]) }
        }
        object.member("cost", cost)
        object.member("list_cost", listCost)
    }
}
