import ArgumentParser
import JSON

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make many organizations, agents, versions, deployments and tokens from a file.",
        discussion: """
            The file has a JSON object a line, each with one member that says what it is:

              {"organization":{"slug":"acme","name":"Acme"}}
              {"environment":{"organization":"acme","slug":"qa"}}
              {"agent":{"organization":"acme","slug":"greeter"}}
              {"schema":{"organization":"acme","agent":"greeter","number":2,"input":{…},"output":{…}}}
              {"version":{"organization":"acme","agent":"greeter","provider":"openai","model":"gpt-4.1-mini",
                "messages":[…],"label":"v1"}}
              {"deployment":{"organization":"acme","agent":"greeter","environment":"production","version":"v1"}}
              {"token":{"organization":"acme","agent":"greeter","environment":"production",
                "secret_sha256":"…"}}

            (each on one line). A thing comes after those it needs. What is there already as its line says it stays \
            as it is: importing a file again changes nothing, and an import that broke off goes on when it is \
            repeated. Lines are taken \(LineChunks.maximumLines) at a time, all of them or none: a line that is \
            refused is named with its number, and what was taken before stays. A deployment that was moved since it \
            was imported is not moved back. Every field is described at /openapi.yaml on the admin port.

            Speaks to the running server; where none answers, to the files of the data folder itself.
            """)

    @Option(help: ArgumentHelp("The file; - reads standard input.", valueName: "file"))
    var file: String
    @OptionGroup var admin: AdminOptions

    func run() async throws {
        var chunks = try LineChunks(file)
        let progress = ImportProgress(total: chunks.total)
        let summary = try await admin.withAdmin { server in
            var progress = progress
            while let chunk = try chunks.next() {
                let report = try await take(chunk, server)
                progress.add(chunk, report)
            }
            return progress.end()
        }
        try admin.output.show(AdminAnswer(status: 200, bytes: summary)) { summary in
            let imported = Self.words(summary, "imported")
            let unchanged = Self.words(summary, "unchanged")
            return "imported \(imported.isEmpty ? "nothing" : imported)"
                + (unchanged.isEmpty ? "" : "; unchanged: \(unchanged)")
        }
    }

    private func take(_ chunk: LineChunks.Chunk, _ server: any AdminCalling) async throws -> JSONValue {
        let path = AdminPath.make(["import"])
        let (status, bytes) = try await server.call("POST", path, chunk.bytes)
        guard status == 200 else {
            let refusal = AdminRefusal(status: status, bytes)
            guard let line = refusal.inputLine else { throw refusal }
            let before =
                chunk.firstLine == 1 ? "nothing was imported" : "lines 1 to \(chunk.firstLine - 1) are imported"
            throw CommandFailure(
                "\(file == "-" ? "standard input" : file): line \(chunk.firstLine + line - 1): \(refusal); \(before), mend the line and import again"
            )
        }
        return try AdminAnswer(status: status, bytes: bytes).json
    }

    private static func words(_ summary: JSONValue, _ name: String) -> String {
        let counts = (try? summary.member(name)?.members()) ?? []
        return counts.map { "\(String(decoding: $0.value.raw, as: UTF8.self)) \($0.name)" }.joined(separator: ", ")
    }
}

/// Tells how far an import is, once a second, and what it came to.
struct ImportProgress {
    private let total: Int?
    private let begin = ContinuousClock.now
    private var told: ContinuousClock.Instant
    private var lines = 0
    private var bytes = 0
    private var imported: [String: Int] = [:]
    private var unchanged: [String: Int] = [:]

    /// - Parameter total: bytes of the file, where known.
    init(total: Int?) {
        self.total = total
        told = begin
    }

    mutating func add(_ chunk: LineChunks.Chunk, _ report: JSONValue) {
        lines += chunk.lineCount
        bytes += chunk.bytes.count
        Self.add(report.member("imported"), to: &imported)
        Self.add(report.member("unchanged"), to: &unchanged)
        guard told.duration(to: .now) >= .seconds(1) else { return }
        told = .now
        tell()
    }

    /// The summary, as JSON.
    func end() -> [UInt8] {
        tell()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("lines")
        writer.int(lines)
        writer.key("milliseconds")
        writer.int(milliseconds)
        for (name, counts) in [("imported", imported), ("unchanged", unchanged)] {
            writer.key(name)
            writer.beginObject()
            for (kind, count) in counts.sorted(by: { $0.key < $1.key }) {
                writer.key(kind)
                writer.int(count)
            }
            writer.endObject()
        }
        writer.endObject()
        return writer.bytes
    }

    private var milliseconds: Int {
        let (seconds, attoseconds) = begin.duration(to: .now).components
        return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }

    private func tell() {
        let share = total.map { $0 == 0 ? "" : ", \(bytes * 100 / $0) %" } ?? ""
        StandardError.write("import: \(lines) lines\(share), \(lines * 1_000 / max(milliseconds, 1))/s\n")
    }

    private static func add(_ counts: JSONValue?, to sums: inout [String: Int]) {
        for member in (try? counts?.members()) ?? [] {
            sums[member.name, default: 0] += member.value.int.map(Int.init) ?? 0
        }
    }
}
