import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import Testing

@testable import Admin

@Suite struct AdminRouterTests {
    private static let agent = AdminHarness.agent
    private static let production = AdminHarness.production

    @Test func deploysAndRollsBack() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let first = try await admin.call(.put, Self.production, #"{"version":1,"reason":"go"}"#)
            #expect(first.status == 200 && first["revision"] == "1" && first["state"] == "active")
            #expect(first.headers[.eTag] == "\"1\"")
            let hash = try #require(first["version.hash"])
            let second = try await admin.call(
                .put, Self.agent + "/schemas/1/deployments/prod", #"{"version":"2"}"#, headers: ["If-Match": "\"1\""])
            #expect(second["revision"] == "2" && second["version.number"] == "2")
            let stale = try await admin.call(.put, Self.production, #"{"version":1,"expected_revision":1}"#)
            #expect(stale.status == 409 && stale["code"] == "revision_conflict" && stale["revision"] == "2")
            #expect(stale.headers[.contentType] == "application/problem+json")
            let both = try await admin.call(
                .put, Self.production, #"{"version":1,"expected_revision":1}"#, headers: ["If-Match": "\"2\""])
            #expect(both.status == 400)
            let back = try await admin.call(.post, Self.production + "/rollback")
            #expect(back["version.hash"] == hash && back["revision"] == "3")
            let history = try await admin.call(.get, Self.production + "/history?limit=2")
            #expect(history["items.0.action"] == "rollback" && history["items.1.from.number"] == "1")
            #expect(history["next_cursor"] == "2")
            let rest = try await admin.call(.get, Self.production + "/history?cursor=2")
            #expect(rest["items.0.reason"] == "go" && rest["items.1"] == nil && rest["next_cursor"] == nil)
            // The harness's clock stands still, at 11:06:40 UTC.
            let before = try await admin.call(.get, Self.production + "/as-of?time=2026-11-18T12:06:39%2B01:00")
            #expect(before["code"] == "not_deployed")
            let then = try await admin.call(.get, Self.production + "/as-of?time=2026-11-18T12:06:40+01:00")
            #expect(then["revision"] == "3")
            let all = try await admin.call(.get, Self.agent + "/deployments")
            #expect(all["items.0.environment"] == "production" && all["items.0.version.number"] == "1")
            #expect(try await admin.call(.delete, Self.production)["state"] == "undeployed")
            #expect(try await admin.call(.delete, Self.production).status == 404)
        }
    }

    @Test func answersVersions() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let again = try await admin.call(
                .post, Self.agent + "/versions",
                AdminHarness.version("Hello {{ name }}", #","label":"v1"}"#.dropLast() + ""))
            #expect(again.status == 200 && again["number"] == "1" && again["label"] == "v1")
            #expect(again["document.messages.0.content"] == "Hello {{ name }}")
            #expect(again["document.schema.number"] == "1")
            #expect(again["variables.0.name"] == "name" && again["variables.0.required"] == "true")
            #expect(again["variables.0.paths.0"] == "name" && again["variables.1"] == nil)
            #expect(again["inferred_input_schema.required.0"] == "name")
            let hash = try #require(again["hash"])
            for name in ["1", "v1", String(hash.prefix(8))] {
                #expect(try await admin.call(.get, Self.agent + "/versions/\(name)")["hash"] == hash)
            }
            let list = try await admin.call(.get, Self.agent + "/versions")
            #expect(list["items.0.number"] == "2" && list["items.0.document"] == nil)
            let shape = try await admin.call(.post, Self.agent + "/schemas", #"{"input":{"type":"object","a":1.50}}"#)
            #expect(
                shape.status == 201 && shape["number"] == "2" && shape.text.contains(#"{"type":"object","a":1.50}"#))
            #expect(try await admin.call(.get, Self.agent + "/schemas/2")["input.type"] == "object")
            let next = try await admin.call(.post, Self.agent + "/versions", AdminHarness.version("Hello {{ name }}"))
            #expect(next.status == 201 && next["schema"] == "2" && next["document.schema.input.type"] == "object")
            #expect(next["variables.0.name"] == "name" && next["inferred_input_schema.type"] == nil)
        }
    }

    static let refusedSchemas: [(body: String, pointer: String)] = [
        (#"{"input":true}"#, "/input"),
        (#"{"input":{"type":"strnig"}}"#, "/input/type"),
        (#"{"output":{"properties":{"a":{"pattern":"(?=x)"}}}}"#, "/output/properties/a/pattern"),
        (##"{"input":{"items":{"$ref":"#/$defs/none"}}}"##, "/input/items/$ref"),
        (#"{"input":{"minLength":1,"minLength":2}}"#, "/input"),
        (#"{"shape":{}}"#, "/shape"),
    ]

    @Test(arguments: refusedSchemas)
    func refusesSchemas(_ refused: (body: String, pointer: String)) async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let answer = try await admin.call(.post, Self.agent + "/schemas", refused.body)
            #expect(answer.status == 400 && answer["code"] == "invalid_request", "\(answer.text)")
            #expect(answer["pointer"] == refused.pointer, "\(answer.text)")
            #expect(try await admin.call(.get, Self.agent + "/schemas/2").status == 404)
            let place = #"{"schema":{"organization":"acme","agent":"greeter","#
            let line = try await admin.call(.post, "/api/v1/import", place + refused.body.dropFirst() + "}")
            #expect(line.status == 400 && line["pointer"] == "/schema" + refused.pointer, "\(line.text)")
        }
    }

    @Test func comparesSchemas() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let schemas = [
                #"{"input":{"type":"object","properties":{"a":{"type":"string"}}},"output":{"required":["x"]}}"#,
                #"{"input":{"type":"object","required":["a"]},"output":{"required":["x","y"]}}"#,
            ]
            for schema in schemas {
                #expect(try await admin.call(.post, Self.agent + "/schemas", schema).status == 201)
            }
            let path = Self.agent + "/schemas/compatibility"
            let same = try await admin.call(.get, path + "?from=2&to=2")
            #expect(same.status == 200 && same["compatible"] == "true" && same["breaks.0"] == nil)
            let there = try await admin.call(.get, path + "?from=2&to=3")
            #expect(there["compatible"] == "false" && there["from"] == "2" && there["to"] == "3")
            #expect(there["breaks.0.affects"] == "callers_sending_input" && there["breaks.0.schema"] == "3")
            #expect(there["breaks.0.pointer"] == "/input/required" && there["breaks.0.rule"] == "required")
            #expect(there["breaks.0.message"] == "the property a: was optional, is required")
            #expect(there["breaks.0.certain"] == "true" && there["breaks.1"] == nil)
            let back = try await admin.call(.get, path + "?from=3&to=2")
            #expect(back["breaks.0.affects"] == "callers_sending_input", "\(back.text)")
            #expect(back["breaks.1.affects"] == "callers_reading_output" && back["breaks.1.schema"] == "3")
            for (query, status) in [("", 400), ("?from=1", 400), ("?from=0&to=1", 400), ("?from=1&to=9", 404)] {
                #expect(try await admin.call(.get, path + query).status == status)
            }
        }
    }

    static let refused: [(body: String, code: String, pointer: String?, line: String?)] = [
        ("", "invalid_request", "/provider", nil),
        ("{", "invalid_request", nil, nil),
        ("[]", "invalid_request", "", nil),
        (AdminHarness.version("x", #","colour":1,"size":2"#), "invalid_request", "/colour", nil),
        (AdminHarness.version("x", #","label":"12""#), "invalid_request", "/label", nil),
        (AdminHarness.version("x", #","schema":9"#), "not_found", nil, nil),
        (AdminHarness.version("x", #","parameters":{"model":1}"#), "invalid_request", "/parameters/model", nil),
        (AdminHarness.version(#"a\n {{ oh no }}"#), "invalid_request", "/messages/0/content", "2"),
        (AdminHarness.version("x", #","provider":"other""#), "invalid_request", "/provider", nil),
    ]

    @Test(arguments: refused)
    func refusesVersions(_ refused: (body: String, code: String, pointer: String?, line: String?)) async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let answer = try await admin.call(.post, Self.agent + "/versions", refused.body)
            #expect(answer["code"] == refused.code, "\(answer.text)")
            #expect(answer["pointer"] == refused.pointer, "\(answer.text)")
            #expect(answer["line"] == refused.line)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(!answer.text.contains("oh no"), "nothing of a prompt in an error")
        }
    }

    @Test func answersASecretOnce() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let body = #"{"environment":"prod","expires_at":"2027-01-01T00:00:00Z"}"#
            let made = try await admin.call(.post, Self.agent + "/tokens", body, headers: ["Idempotency-Key": "k"])
            let secret = try #require(made["secret"])
            #expect(made.status == 201 && secret.hasPrefix("tg_production_") && secret.count == 14 + 64)
            #expect(made["expires_at"] == "2027-01-01T00:00:00.000Z" && made["schema"] == "1")
            let again = try await admin.call(.post, Self.agent + "/tokens", body, headers: ["Idempotency-Key": "k"])
            #expect(again.status == 409 && again["code"] == "idempotency_conflict")
            let id = try #require(made["id"])
            #expect(id.hasPrefix("tok_"))
            for path in ["", "/\(id)"] {
                #expect(try await !admin.call(.get, Self.agent + "/tokens\(path)").text.contains(secret))
            }
            #expect(try await admin.call(.post, Self.agent + "/tokens/\(id)/suspend")["state"] == "suspended")
            #expect(try await admin.call(.post, Self.agent + "/tokens/\(id)/activate")["state"] == "active")
            #expect(try await admin.call(.post, Self.agent + "/tokens/\(id)/revoke")["state"] == "revoked")
            #expect(try await admin.call(.post, Self.agent + "/tokens/\(id)/activate").status == 400)
            let past = #"{"environment":"production","expires_at":1000}"#
            #expect(try await admin.call(.post, Self.agent + "/tokens", past)["pointer"] == "/expires_at")
        }
    }

    @Test func neverAnswersAProviderKey() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let made = try await admin.call(
                .post, "/api/v1/provider-keys", #"{"provider":"openai","secret":"sk-secret-1234","name":"main"}"#)
            let id = try #require(made["id"])
            #expect(made.status == 201 && made["organization"] == nil && made["exempt"] == "false")
            let rotated = try await admin.call(
                .post, "/api/v1/provider-keys/\(id)/rotate", #"{"secret":"sk-other-5678"}"#)
            #expect(rotated["id"] == id && rotated["rotated_at"] != nil)
            let disabled = try await admin.call(.post, "/api/v1/provider-keys/\(id)/disable")
            #expect(disabled["state"] == "disabled")
            #expect(try await admin.call(.post, "/api/v1/provider-keys/\(id)/enable")["state"] == "active")
            let list = try await admin.call(.get, "/api/v1/provider-keys")
            let audit = try await admin.call(.get, "/api/v1/audit")
            for answer in [made, rotated, disabled, list, audit] {
                #expect(!answer.text.contains("1234") && !answer.text.contains("5678"))
            }
            let record = try admin.store.providerKey(id)
            let opened = try admin.masterKey.open(record.sealed, for: "/openai/\(id)")
            #expect(String(decoding: opened, as: UTF8.self) == "sk-other-5678")
            let bad = try await admin.call(.post, "/api/v1/provider-keys", #"{"provider":"openai","secret":"a\nb"}"#)
            #expect(bad.status == 400 && bad["pointer"] == "/secret")
        }
    }

    @Test func repeatsTheAnswerOfAKey() async throws {
        try await AdminHarness.run { admin in
            func create(_ slug: String) async throws -> AdminHarness.Answer {
                try await admin.call(
                    .post, "/api/v1/organizations", #"{"slug":"\#(slug)"}"#, headers: ["Idempotency-Key": "once"])
            }
            let first = try await create("acme")
            let again = try await create("acme")
            #expect(first.status == 201 && again.status == 201 && first.text == again.text)
            #expect(try await create("other")["code"] == "idempotency_conflict")
        }
    }

    /// Each change twice under one key: the second answers as the first did, and changes nothing.
    @Test func repeatsNoChangeOfAKey() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let token = try #require(
                try await admin.call(.post, Self.agent + "/tokens", #"{"environment":"production"}"#)["id"])
            let key = try #require(
                try await admin.call(.post, "/api/v1/provider-keys", #"{"provider":"openai","secret":"s-1"}"#)["id"])
            let other = try #require(try await admin.call(.post, "/api/v1/admin-tokens", #"{"role":"viewer"}"#)["id"])
            let (tokens, keys) = (Self.agent + "/tokens/\(token)", "/api/v1/provider-keys/\(key)")
            // What follows a change undoes it: carried out again, it would show.
            let changes: [(HTTPRequest.Method, String, String)] = [
                (.put, Self.production, #"{"version":1}"#), (.put, Self.production, #"{"version":2}"#),
                (.post, Self.production + "/rollback", ""), (.post, Self.production + "/pause", ""),
                (.post, Self.production + "/resume", ""), (.delete, Self.production, ""),
                (.post, tokens + "/suspend", ""), (.post, tokens + "/activate", ""), (.post, tokens + "/revoke", ""),
                (.post, keys + "/rotate", #"{"secret":"s-2"}"#), (.post, keys + "/disable", ""),
                (.post, keys + "/enable", ""), (.delete, "/api/v1/admin-tokens/\(other)", ""),
            ]
            var answers: [AdminHarness.Answer] = []
            for (number, (method, path, body)) in changes.enumerated() {
                let once: KeyValuePairs = ["Idempotency-Key": "change-\(number)"]
                let first = try await admin.call(method, path, body, headers: once)
                #expect(first.status == 200 || first.status == 204, "\(method) \(path): \(first.text)")
                let again = try await admin.call(method, path, body, headers: once)
                #expect(again.status == first.status && again.text == first.text, "\(method) \(path): \(again.text)")
                #expect(again.headers[.eTag] == first.headers[.eTag])
                answers.append(first)
            }
            let audit = try await admin.call(.get, "/api/v1/audit?limit=500").text
            for (number, (method, path, body)) in changes.enumerated() {
                let late = try await admin.call(method, path, body, headers: ["Idempotency-Key": "change-\(number)"])
                #expect(late.text == answers[number].text, "\(method) \(path), after what came later")
            }
            #expect(try await admin.call(.get, "/api/v1/audit?limit=500").text == audit, "nothing was done again")
            #expect(try await admin.call(.get, Self.production)["revision"] == "6")
            let another = try await admin.call(
                .post, Self.production + "/pause", headers: ["Idempotency-Key": "change-2"])
            #expect(another["code"] == "idempotency_conflict")
            let conditional = try await admin.call(
                .post, Self.production + "/rollback", headers: ["Idempotency-Key": "change-2", "If-Match": "\"6\""])
            #expect(conditional["code"] == "idempotency_conflict", "another revision is another request")
        }
    }

    @Test(arguments: ["input", "output"])
    func boundsASchema(_ name: String) async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            func create(_ count: Int) async throws -> AdminHarness.Answer {
                let text = String(repeating: "x", count: count - #"{"const":""}"#.utf8.count)
                return try await admin.call(.post, Self.agent + "/schemas", #"{"\#(name)":{"const":"\#(text)"}}"#)
            }
            #expect(try await create(256 << 10).status == 201)
            let refused = try await create((256 << 10) + 1)
            #expect(refused.status == 400 && refused["pointer"] == "/\(name)")
        }
    }

    @Test func promisesNoProtectionThatThereIsNot() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let path = "/api/v1/organizations/acme/environments"
            let refused = try await admin.call(.post, path, #"{"slug":"qa","protected":true}"#)
            #expect(refused.status == 400 && refused["pointer"] == "/protected", "\(refused.text)")
            #expect(try await admin.call(.get, path + "/qa").status == 404)
            let made = try await admin.call(.post, path, #"{"slug":"qa","protected":false}"#)
            #expect(made.status == 201 && made["protected"] == "false")
        }
    }

    static let endings: [(HTTPRequest.Method, String, Int, String)] = [
        (.get, "/nothing", 404, "not_found"), (.get, "/", 404, "not_found"),
        (.put, "/api/v1/organizations", 405, "method_not_allowed"),
        (.delete, "/api/v1/organizations/acme", 405, "method_not_allowed"),
        (.get, "/api/v1/organizations/No%00pe", 404, "not_found"),
        (.get, "/api/v1/organizations/acme/agents/greeter/schemas/x", 404, "not_found"),
        (.get, "/api/v1/organizations?limit=0", 400, "invalid_request"),
        (.get, "/api/v1/organizations?limit=501", 400, "invalid_request"),
        (.get, "/api/v1/audit?cursor=x", 400, "invalid_request"),
        (.get, "/api/v1/runs/run_00", 404, "not_found"),
        (.get, "/api/v1/runs/run_00000000000000000000000000000000", 404, "not_found"),
        (.get, "/api/v1/usage", 400, "invalid_request"),
        (.get, "/api/v1/usage?organization=acme&by=colour", 400, "invalid_request"),
        (.get, "/api/v1/usage?organization=acme&from=2026-02-30", 400, "invalid_request"),
    ]

    @Test(arguments: endings)
    func endsInAProblem(_ method: HTTPRequest.Method, _ path: String, _ status: Int, _ code: String) async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let answer = try await admin.call(method, path)
            #expect(answer.status == status && answer["code"] == code && answer["status"] == String(status))
            #expect(answer.headers[.contentType] == "application/problem+json")
        }
    }

    @Test(arguments: [TestingSetup.router, .live])
    func refusesABodyTooLarge(_ setup: TestingSetup) async throws {
        try await AdminHarness.run(over: setup) { admin in
            try await admin.seed()
            let body = AdminHarness.version(String(repeating: "x", count: AdminRouter.maximumBodyBytes))
            let answer = try await admin.call(.post, Self.agent + "/versions", body)
            #expect(answer.status == 413 && answer["code"] == "request_too_large")
            let large = AdminHarness.version(String(repeating: "x", count: 4 << 20))
            #expect(try await admin.call(.post, Self.agent + "/versions", large).status == 400)
        }
    }

    @Test func logsOneLineARequestAndNoSecret() async throws {
        let log = CapturedLog()
        try await AdminHarness.run(logger: Logger(label: "test") { _ in log }) { admin in
            try await admin.seed()
            log.clear()
            _ = try await admin.call(
                .post, "/api/v1/provider-keys", #"{"provider":"openai","secret":"sk-secret-1234"}"#)
            _ = try await admin.call(.get, "/api/v1/provider-keys/key_1", token: "tga_wrong")
            _ = try await admin.call(.get, "/nothing")
            let lines = log.lines.filter { $0.hasPrefix("admin request") }
            let actor = try admin.store.adminTokens(PageRequest()).items.first?.id ?? "?"
            #expect(
                lines == [
                    "admin request actor=\(actor) method=POST route=/api/v1/provider-keys status=201",
                    "admin request actor=- method=GET route=/api/v1/provider-keys/{id} status=401",
                    "admin request actor=- method=GET route=- status=404",
                ])
            for line in log.lines {
                #expect(!line.contains("sk-secret") && !line.contains("tga_") && !line.contains(admin.owner))
            }
        }
    }
}
