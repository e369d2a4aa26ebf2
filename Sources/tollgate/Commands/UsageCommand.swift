import ArgumentParser
import JSON

struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "What an organization consumed.")

    enum Group: String, CaseIterable, ExpressibleByArgument {
        case day, agent, environment, version, model, provider, key
        case keySource = "key_source"

        static let initial: [Self] = [.day, .agent, .environment, .model]
    }

    @Option(help: "The first day, as 2026-11-01. (default: 30 days before the last)") var from: String?
    @Option(help: "The last day. (default: today, UTC)") var to: String?
    @Option(help: "Sum by this; can be given again. (default: day, agent, environment and model)") var by: [Group] = []
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var admin: AdminOptions

    func run() async throws {
        try await admin.withServer { server in
            let groups = by.isEmpty ? Group.initial : Group.allCases.filter(by.contains)
            let query: [(String, String?)] = [
                ("organization", try await organization.resolve(server)), ("from", from), ("to", to),
                ("by", groups.map(\.rawValue).joined(separator: ",")),
            ]
            let answer = try await server.get(AdminPath.make(["usage"], query: query))
            try admin.output.show(answer) { Self.table($0, groups) }
        }
    }

    static func table(_ report: JSONValue, _ groups: [Group]) -> String {
        let counts = ["runs", "failed", "estimated", "above hold", "input", "output", "credits"]
        var table = TextTable(groups.map { .init($0.rawValue) } + counts.map { .init($0, .right) })
        func add(_ row: JSONValue, _ names: [String]) {
            let tokens = { (names: [String]) in
                String(names.reduce(Int64(0)) { $0 + (row.member("usage")?.member($1)?.int ?? 0) })
            }
            table.add(
                names + [
                    row.text("runs"), row.text("failed_runs"), row.text("estimated_runs"), row.text("runs_above_hold"),
                    tokens(["uncached_input", "cache_read", "cache_write", "cache_write_1h", "audio_input"]),
                    tokens(["output", "reasoning", "audio_output"]),
                    row.text("cost"),
                ])
        }
        for row in report.member("items")?.elements() ?? [] { add(row, groups.map { row.text($0.rawValue) }) }
        if let total = report.present("total") {
            add(total, groups.indices.map { $0 == groups.startIndex ? "total" : "" })
        }
        return String(table.text.dropLast())
    }
}
