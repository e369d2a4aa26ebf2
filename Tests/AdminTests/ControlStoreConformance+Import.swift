import Domain
import Security
import Storage
import Testing

@testable import Admin

/// Lines as a file has them; each case begins with the organization acme and the agent greeter.
private func imported(_ lines: [String]) throws -> [ImportLine] {
    try ImportResource.lines(Array(lines.joined(separator: "\n").utf8))
}

private let place = #""organization":"acme","agent":"greeter""#

private func version(_ text: String, _ extra: String = "") -> String {
    #"{"version":{\#(place),"provider":"simulated","model":"sim-1","messages":[{"role":"system","content":"\#(text)"}]\#(extra)}}"#
}

private func deployment(_ version: Int, _ extra: String = "") -> String {
    #"{"deployment":{\#(place),"environment":"production","version":\#(version)\#(extra)}}"#
}

private func token(_ secret: String, _ extra: String = "") -> String {
    #"{"token":{\#(place),"environment":"prod","secret_sha256":"\#(sha256(secret))"\#(extra)}}"#
}

@Suite struct ImportLinesTests {
    /// One line at a time, so that a body of nothing but line ends costs no more than its bytes.
    @Test(arguments: [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]), ("\na\n\n", ["", "a", ""]),
    ])
    func linesAreTakenOneByOne(_ text: String, _ expected: [String]) {
        var rest = Array(text.utf8)[...]
        var lines: [String] = []
        while let line = ImportResource.nextLine(of: &rest) { lines.append(String(decoding: line, as: UTF8.self)) }
        #expect(lines == expected)
    }

    @Test func tooManyLinesAreRefusedAndBlankOnesDoNotCount() throws {
        let line = #"{"organization":{"slug":"acme"}}"#
        let most = Array(repeating: line, count: ImportResource.maximumLines).joined(separator: "\n\n \n")
        let lines = try ImportResource.lines(Array(most.utf8))
        #expect(lines.count == ImportResource.maximumLines && lines[1].number == 4)
        let fault = #expect(throws: ControlFault.self) { try ImportResource.lines(Array((most + "\n" + line).utf8)) }
        #expect(fault?.code == .requestTooLarge)
    }
}

extension ControlStoreConformance {
    static let imports = [
        ConformanceCase("an import makes what single changes make, and once more changes nothing") { store in
            _ = try await store.loadPrices([.simulated("sim-1")], date: 20_261_121, by: .at(3))
            let lines = try imported([
                #"{"organization":{"slug":"acme","name":"Acme"}}"#,
                #"{"environment":{"organization":"acme","slug":"qa"}}"#, "",
                #"{"agent":{"organization":"acme","slug":"greeter"}}"#,
                version("one", #","label":"v1","number":1"#),
                #"{"schema":{\#(place),"number":2,"input":{"type":"object"}}}"#,
                version("two", #","schema":2"#), version("three"), deployment(1), deployment(3, #","revision":2"#),
                token("a", #","id":"tok_a""#), token("b", #","note":"for b","may_read_prompt":true"#),
            ])
            let first = try await store.importLines(lines, by: .at(5))
            #expect(first.importedCount == 11 && first.unchangedCount == 0 && first.imported[.version] == 3)
            let agent = Fixture.agent
            #expect(try await store.versions(agent, PageRequest()).items.map(\.schema) == [1, 2, 1])
            let deployed = try await store.deployment(Fixture.production).record
            #expect(deployed.revision == 2 && deployed.versionNumber == 3 && deployed.changedBy == "adm_a")
            #expect(try await store.history(Fixture.production, PageRequest()).items.count == 2)
            #expect(try await store.token(agent, "tok_a").environment == "production")
            #expect(try await store.tokens(agent, PageRequest()).items.count == 2)
            let entry = try #require(try await store.audit(nil, PageRequest()).items.first)
            #expect(entry.action == "import" && entry.details.contains { $0.name == "tokens" && $0.value == "2" })
            let ids = try #require(entry.details.first { $0.name == "token_ids" }?.value.split(separator: ", "))
            #expect(entry.organization == "acme" && ids.count == 2 && ids[0] == "tok_a")

            // What became of it since is not undone.
            _ = try await store.move(Fixture.production, Move(.rollback(toRevision: 1)), by: .at(6))
            _ = try await store.setToken(agent, "tok_a", to: .revoked, by: .at(6))
            _ = try await store.createSchema(
                agent, input: Array(#"{"a":1}"#.utf8), output: AgentSchema.anything, by: .at(6))
            let entries = try await store.audit(nil, PageRequest()).items.count
            let again = try await store.importLines(lines, by: .at(7))
            #expect(again.importedCount == 0 && again.unchangedCount == 11)
            #expect(try await store.audit(nil, PageRequest()).items.count == entries)
            #expect(try await store.deployment(Fixture.production).record.revision == 3)
            #expect(try await store.token(agent, "tok_a").state == .revoked)
        },
        ConformanceCase("an import refuses a line as a single change is refused, and takes none of the others") {
            store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("one", label: "v1")
            _ = try await fixture.version("two")
            try await fixture.deploy(1)
            _ = try await store.importLines(try imported([token("taken", #","id":"tok_taken""#)]), by: .at(4))
            let before = try await store.audit(nil, PageRequest()).items.count
            let cases: [(String, ErrorCode, String?)] = [
                (#"{"organization":{"slug":"acme","name":"Other"}}"#, .alreadyExists, "/organization/name"),
                (#"{"environment":{"organization":"none","slug":"qa"}}"#, .notFound, "/environment"),
                (#"{"agent":{"organization":"none","slug":"a"}}"#, .notFound, "/agent"),
                (#"{"agent":{"organization":"acme","slug":"greeter","name":"Other"}}"#, .alreadyExists, "/agent/name"),
                (#"{"schema":{\#(place),"number":7,"input":{"type":"object"}}}"#, .alreadyExists, "/schema/number"),
                (version("three", #","label":"v1""#), .alreadyExists, "/version/label"),
                (version("one", #","number":2"#), .alreadyExists, "/version/number"),
                (version("four", #","schema":9"#), .notFound, "/version"),
                (version("{{"), .invalidRequest, "/version/messages/0/content"),
                (version("x", #","temperature":1"#), .invalidRequest, "/version/temperature"),
                (deployment(2), .revisionConflict, "/deployment"),
                (deployment(2, #","revision":3"#), .revisionConflict, "/deployment"),
                (deployment(9, #","revision":2"#), .notFound, "/deployment"),
                (deployment(2, #","revision":2,"environment":"none""#), .invalidRequest, "/deployment/environment"),
                (token("taken", #","note":"other""#), .alreadyExists, "/token"),
                (token("new", #","id":"tok_taken""#), .alreadyExists, "/token/id"),
                (token("new", #","schema":2"#), .notFound, "/token"),
                (token("new", #","expires_at":4"#), .invalidRequest, "/token/expires_at"),
                (token("new", #","id":"x""#), .invalidRequest, "/token/id"),
                (token("new", #","secret":"012345678901234567890123456789""#), .invalidRequest, "/token/secret"),
                (#"{"token":{\#(place),"environment":"prod","secret":"short"}}"#, .invalidRequest, "/token/secret"),
                (#"{"token":{\#(place),"environment":"prod"}}"#, .invalidRequest, "/token/secret_sha256"),
                (#"{"nonsense":{}}"#, .invalidRequest, nil), ("[]", .invalidRequest, nil), ("{", .invalidRequest, nil),
                (#"{"agent":{},"token":{}}"#, .invalidRequest, nil),
            ]
            for (line, code, pointer) in cases {
                do {
                    let good = #"{"agent":{"organization":"acme","slug":"good"}}"#
                    _ = try await store.importLines(try imported([good, line]), by: .at(9))
                    Issue.record("taken: \(line)")
                } catch let fault as ControlFault {
                    #expect(fault.code == code && fault.pointer == pointer && fault.inputLine == 2, "\(line): \(fault)")
                }
            }
            #expect(await refusal { _ = try await store.agent(AgentPath("acme", "good")) } == .notFound)
            #expect(try await store.audit(nil, PageRequest()).items.count == before)
        },
        ConformanceCase("an imported deployment on a key that costs credits needs a price") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("one", model: "sim-free")
            #expect(
                await refusal { _ = try await store.importLines(try imported([deployment(1)]), by: .at(9)) }
                    == .invalidRequest)
        },
        ConformanceCase("an import is in the audit log of each organization that it made something of") { store in
            _ = try await Fixture(store)
            let before = try await store.audit(nil, PageRequest()).items.count
            let tokens = (0...ImportAudit.listedTokens).map { token("\($0)") }
            _ = try await store.importLines(
                try imported(tokens + [#"{"organization":{"slug":"other"}}"#]), by: .at(5))
            #expect(try await store.audit(nil, PageRequest()).items.count == before + 2)
            let other = try #require(try await store.audit("other", PageRequest()).items.first)
            #expect(other.details == [AuditEntry.Detail(name: "organizations", value: "1")])
            let own = try #require(try await store.audit("acme", PageRequest()).items.first)
            #expect(own.action == "import" && own.details.first?.value == String(ImportAudit.listedTokens + 1))
            #expect(own.details.last?.value.split(separator: ", ").count == ImportAudit.listedTokens)
        },
        ConformanceCase("an import under a key is carried out once") { store in
            _ = try await Fixture(store)
            let key = Idempotency(scope: "adm_a", key: "k", fingerprint: sha256("one"))
            let lines = try imported([version("one", #","label":"v1""#)])
            let first = try await store.importLines(lines, by: .at(5, key))
            let again = try await store.importLines(lines, by: .at(6, key))
            #expect(first == again && again.importedCount == 1, "the answer as it was given")
            // An older label still names it, and stays an older one.
            _ = try await store.importLines(try imported([version("one", #","label":"v2""#)]), by: .at(7))
            #expect(try await store.importLines(lines, by: .at(8)).importedCount == 0)
            #expect(try await store.version(Fixture.agent, .number(1)).label == "v2")
        },
    ]
}
