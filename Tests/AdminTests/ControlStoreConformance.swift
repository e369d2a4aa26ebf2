import Domain
import Security
import Storage
import Testing

@testable import Admin

/// What every control store must do, to be run against each: `cases`, each with a store of its own, empty.
enum ControlStoreConformance {
    static let cases = resources + deployments + imports + prices + ControlStoreConformance.access

    static let resources = [
        ConformanceCase("an organization begins with three environments") { store in
            let fixture = try await Fixture(store)
            let page = try await fixture.store.environments("acme", PageRequest())
            #expect(page.items.map(\.slug) == ["development", "production", "staging"])
            #expect(try await store.organization("acme").name == "Acme")
        },
        ConformanceCase("names are taken once, and what is not there is not found") { store in
            let fixture = try await Fixture(store)
            let agent = Fixture.agent
            let stranger = AgentPath("acme", "nobody")
            let refused: [(ErrorCode, @Sendable () async throws -> Void)] = [
                (.alreadyExists, { _ = try await store.createOrganization(slug: "acme", name: "", by: .at(9)) }),
                (.alreadyExists, { _ = try await store.createAgent(agent, name: "", by: .at(9)) }),
                (
                    .alreadyExists,
                    {
                        _ = try await store.createEnvironment(
                            "acme", slug: "staging", isProtected: false, by: .at(9))
                    }
                ),
                (.notFound, { _ = try await store.createAgent(AgentPath("none", "a"), name: "", by: .at(9)) }),
                (.notFound, { _ = try await store.organization("none") }),
                (.notFound, { _ = try await store.environments("none", PageRequest()) }),
                (.notFound, { _ = try await store.environment("acme", "qa") }),
                (.notFound, { _ = try await store.agent(stranger) }),
                (.notFound, { _ = try await store.schema(agent, 2) }),
                (.notFound, { _ = try await store.versions(stranger, PageRequest()) }),
                (.notFound, { _ = try await store.version(agent, .number(1)) }),
                (.notFound, { _ = try await store.version(agent, .text("v1")) }),
                (.notFound, { _ = try await store.token(agent, "tok_1") }),
                (.notFound, { _ = try await store.providerKey("key_1") }),
                (.notFound, { try await store.deleteAdminToken("adm_1", by: .at(9)) }),
                (.notDeployed, { _ = try await store.deployment(Fixture.production) }),
                (.notFound, { _ = try await fixture.deploy(1) }),
            ]
            for (code, operation) in refused { #expect(await refusal(operation) == code) }
            #expect(try await store.audit(nil, PageRequest()).items.count == 3, "what is refused changes nothing")
        },
        ConformanceCase("a shape is one schema") { store in
            _ = try await Fixture(store)
            let shape = Array(#"{"type":"object"}"#.utf8)
            let anything = AgentSchema.anything
            let made: [(input: [UInt8], output: [UInt8], number: UInt32, isNew: Bool)] = [
                (anything, anything, 1, false), (shape, anything, 2, true), (anything, shape, 3, true),
                (shape, anything, 2, false), (shape, shape, 4, true),
            ]
            for expected in made {
                let schema = try await store.createSchema(
                    Fixture.agent, input: expected.input, output: expected.output, by: .at(9))
                #expect(schema.value.number == expected.number && schema.isNew == expected.isNew)
            }
            #expect(try await store.schemas(Fixture.agent, PageRequest()).items.map(\.number) == [4, 3, 2, 1])
        },
        ConformanceCase("annotations and order are no part of a shape, and the last text stays") { store in
            _ = try await Fixture(store)
            func schema(_ text: String) async throws -> Created<AgentSchema> {
                try await store.createSchema(
                    Fixture.agent, input: Array(text.utf8), output: AgentSchema.anything, by: .at(9))
            }
            let first = try await schema(#"{"properties":{"title":{"title":"T","type":"string"}},"type":"object"}"#)
            #expect(first.isNew && first.value.number == 2)
            let again = try await schema(#"{"properties":{"title":{"default":"","type":["string"]}},"type":"object"}"#)
            #expect(!again.isNew && again.value.number == 2 && again.value.created == first.value.created)
            #expect(again.value.input != first.value.input)
            let other = try await schema(#"{"properties":{"text":{"title":"T","type":"string"}},"type":"object"}"#)
            #expect(other.isNew && other.value.number == 3)
            #expect(try await store.schema(Fixture.agent, 2) == again.value)
            #expect(!(try await schema(#"{"title":"Anything"}"#)).isNew, "that is schema 1")
        },
        ConformanceCase("the same content is the same version, another is the next") { store in
            let fixture = try await Fixture(store)
            let first = try await fixture.version("Hello")
            let again = try await fixture.version("Hello")
            let second = try await fixture.version("Bye")
            #expect(first.isNew && !again.isNew && second.isNew)
            #expect(again.value == first.value)
            #expect([first, second].map(\.value.reference.number) == [1, 2])
            #expect(sha256(try await store.content(first.value.reference.hash)) == first.value.reference.hash)
            _ = try await store.createSchema(
                Fixture.agent, input: Array(#"{"type":"object"}"#.utf8), output: AgentSchema.anything, by: .at(9))
            let ofSchema = try await fixture.version("Hello")
            #expect(ofSchema.isNew && ofSchema.value.schema == 2, "the schema is part of the content")
            let ofOldSchema = try await fixture.version("Hello", schema: 1)
            #expect(!ofOldSchema.isNew && ofOldSchema.value.reference.number == 1)
        },
        ConformanceCase("a version is found by number, label and hash") { store in
            let fixture = try await Fixture(store)
            let version = try await fixture.version("Hello", label: "v1.0").value
            _ = try await fixture.version("Bye")
            let hash = version.reference.hash.description
            let relabelled = try await fixture.version("Hello", label: "v1.1")
            #expect(!relabelled.isNew && relabelled.value.label == "v1.1")
            for name in ["1", "v1.0", "v1.1", hash, String(hash.prefix(8)), hash.uppercased()] {
                #expect(try await store.version(Fixture.agent, .text(name)).reference == version.reference)
            }
            #expect(
                await refusal { _ = try await store.version(Fixture.agent, .text(String(hash.prefix(7)))) } == .notFound
            )
            #expect(await refusal { _ = try await fixture.version("Bye", label: "v1.0") } == .alreadyExists)
        },
        ConformanceCase("a key carries a request out once") { store in
            let fixture = try await Fixture(store)
            func key(_ request: String) -> Idempotency {
                Idempotency(scope: "adm_a", key: "k", fingerprint: sha256(request))
            }
            let first = try await fixture.version("Hello", idempotency: key("one"))
            _ = try await fixture.version("Bye")
            let again = try await fixture.version("Hello", idempotency: key("one"))
            #expect(first.value == again.value && again.isNew, "the answer as it was given")
            #expect(
                await refusal { _ = try await fixture.version("Hi", idempotency: key("two")) } == .idempotencyConflict)
            var other = key("two")
            other.scope = "adm_b"
            #expect(try await fixture.version("Hi", idempotency: other).isNew, "keys are their caller's")
        },
        ConformanceCase("lists come in pages") { store in
            _ = try await Fixture(store)
            for name in ["a", "b", "c", "d"] {
                _ = try await store.createEnvironment("acme", slug: name, isProtected: false, by: .at(9))
            }
            var page = PageRequest(limit: 3)
            var seen: [String] = []
            repeat {
                let answer = try await store.environments("acme", page)
                #expect(answer.items.count <= 3)
                seen += answer.items.map(\.slug)
                page.cursor = answer.nextCursor
            } while page.cursor != nil
            #expect(seen == ["a", "b", "c", "d", "development", "production", "staging"])
            var sequences: [UInt64] = []
            repeat {
                let answer = try await store.audit("acme", page)
                sequences += answer.items.map(\.sequence)
                page.cursor = answer.nextCursor
            } while page.cursor != nil
            #expect(sequences == [7, 6, 5, 4, 2, 1], "entry 3 is the platform's")
        },
    ]
}
