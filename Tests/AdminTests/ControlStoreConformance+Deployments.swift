import Domain
import Security
import Storage
import Testing

@testable import Admin

extension ControlStoreConformance {
    static let deployments = [
        ConformanceCase("a deployment's revision only grows") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("one")
            _ = try await fixture.version("two")
            let steps: [(Move.Action, UInt64, DeploymentRecord.State, UInt32)] = [
                (.deploy(.number(1)), 1, .active, 1), (.deploy(.text("2")), 2, .active, 2), (.pause, 3, .paused, 2),
                (.pause, 3, .paused, 2), (.resume, 4, .active, 2), (.resume, 4, .active, 2),
                (.undeploy, 5, .undeployed, 2), (.deploy(.number(1)), 6, .active, 1), (.pause, 7, .paused, 1),
                (.deploy(.number(2)), 8, .active, 2),
            ]
            for (action, revision, state, version) in steps {
                let record = try await fixture.move(action).record
                #expect(record.revision == revision && record.state == state && record.versionNumber == version)
                #expect(try await store.deployment(Fixture.production).record == record)
            }
            let history = try await store.history(Fixture.production, PageRequest()).items
            #expect(history.map(\.revision) == [8, 7, 6, 5, 4, 3, 2, 1])
            #expect(history.map(\.action) == [.deploy, .pause, .deploy, .undeploy, .resume, .pause, .deploy, .deploy])
            #expect(history.map { $0.from?.number } == [1, 1, nil, 2, 2, 2, 1, nil])
            #expect(history.map { $0.to?.number } == [2, 1, 1, nil, 2, 2, 2, 1])
            #expect(history.allSatisfy { $0.by == "adm_a" && $0.reason == "why" })
        },
        ConformanceCase("a rollback goes to what was live before") { store in
            let fixture = try await Fixture(store)
            for text in ["one", "two", "three"] { _ = try await fixture.version(text) }
            #expect(await refusal { try await fixture.move(.rollback(toRevision: nil)) } == .notDeployed)
            try await fixture.deploy(1)
            #expect(await refusal { try await fixture.move(.rollback(toRevision: nil)) } == .invalidRequest)
            try await fixture.deploy(2)
            try await fixture.deploy(3)
            try await fixture.deploy(3)
            try await fixture.move(.pause)
            let back = try await fixture.move(.rollback(toRevision: nil)).record
            #expect(back.versionNumber == 2 && back.state == .active && back.revision == 6)
            try await fixture.move(.undeploy)
            #expect(try await fixture.move(.rollback(toRevision: nil)).record.versionNumber == 2)
            #expect(try await fixture.move(.rollback(toRevision: 1)).record.versionNumber == 1)
            #expect(await refusal { try await fixture.move(.rollback(toRevision: 7)) } == .invalidRequest)
            #expect(await refusal { try await fixture.move(.rollback(toRevision: 99)) } == .notFound)
        },
        ConformanceCase("an expected revision must be the actual one") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("one")
            #expect(await refusal { try await fixture.deploy(1, expecting: 1) } == .revisionConflict)
            try await fixture.deploy(1, expecting: 0)
            do {
                try await fixture.deploy(1, expecting: 0)
                Issue.record("deployed twice")
            } catch let fault as ControlFault {
                #expect(fault.code == .revisionConflict && fault.revision == 1)
            }
            #expect(await refusal { try await fixture.move(.pause, expecting: 2) } == .revisionConflict)
            try await fixture.move(.undeploy, expecting: 1)
            #expect(await refusal { try await fixture.deploy(1, expecting: 0) } == .revisionConflict)
            #expect(try await fixture.deploy(1, expecting: 2).record.revision == 3)
        },
        ConformanceCase("of racing deploys with one expected revision exactly one wins") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("one")
            try await fixture.deploy(1)
            let outcomes = await withTaskGroup(of: ErrorCode?.self) { group in
                for _ in 0..<16 {
                    group.addTask { await refusal { try await fixture.deploy(1, expecting: 1) } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .revisionConflict }.count == 15)
            #expect(try await store.deployment(Fixture.production).record.revision == 2)
        },
        ConformanceCase("a version is deployed to its own schema") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("one")
            _ = try await store.createSchema(
                Fixture.agent, input: Array(#"{"type":"object"}"#.utf8), output: AgentSchema.anything, by: .at(9))
            let second = DeploymentPath(Fixture.agent, schema: 2, environment: "production")
            #expect(await refusal { try await fixture.move(.deploy(.number(1)), second) } == .invalidRequest)
            let nowhere = DeploymentPath(Fixture.agent, schema: 1, environment: "qa")
            #expect(await refusal { try await fixture.move(.deploy(.number(1)), nowhere) } == .notFound)
            try await fixture.deploy(1)
            _ = try await fixture.version("two", schema: 2)
            try await fixture.move(.deploy(.number(2)), second)
            let all = try await store.deployments(Fixture.agent, PageRequest(limit: 1))
            #expect(all.items.map(\.path) == [Fixture.production])
            let rest = try await store.deployments(Fixture.agent, PageRequest(cursor: all.nextCursor, limit: 1))
            #expect(rest.items.map(\.path) == [second] && rest.nextCursor == nil)
        },
        ConformanceCase("as of a time") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("one")
            _ = try await fixture.version("two")
            try await fixture.deploy(1, at: 100)
            try await fixture.deploy(2, at: 200)
            try await fixture.move(.pause, at: 150)
            try await fixture.move(.undeploy, at: 300)
            let expected: [(Int64, UInt64?, DeploymentRecord.State?)] = [
                (99, nil, nil), (100, 1, .active), (199, 1, .active), (200, 3, .paused), (299, 3, .paused),
                (300, 4, .undeployed), (1000, 4, .undeployed),
            ]
            for (time, revision, state) in expected {
                let found = try? await store.deployment(Fixture.production, asOf: Timestamp(milliseconds: time))
                #expect(found?.record.revision == revision && found?.record.state == state, "at \(time)")
            }
        },
        ConformanceCase("what would cost credits needs a price and a maximum") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("a", model: "sim-9")
            _ = try await fixture.version("b", model: "sim-open")
            _ = try await fixture.version("c", model: "sim-open", maximum: 10)
            #expect(await refusal { try await fixture.deploy(1) } == .invalidRequest)
            #expect(await refusal { try await fixture.deploy(2) } == .invalidRequest)
            #expect(try await fixture.deploy(3).record.versionNumber == 3)
        },
        ConformanceCase("an organization's own key needs no price when self-hosted") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("a", provider: "other")
            #expect(await refusal { try await fixture.deploy(1) } == .invalidRequest)
            _ = try await store.createProviderKey(fixture.key("key_1", exempt: false), by: .at(9))
            try await fixture.deploy(1)
            _ = try await store.setProviderKey("key_1", to: .disabled, by: .at(9))
            #expect(await refusal { try await fixture.deploy(1) } == .invalidRequest)
        },
        ConformanceCase("an organization's own key must be marked exempt in the cloud", mode: .cloud) { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("a", provider: "other")
            _ = try await store.createProviderKey(fixture.key("key_2", exempt: false), by: .at(9))
            #expect(await refusal { try await fixture.deploy(1) } == .invalidRequest)
            _ = try await store.setProviderKey("key_2", to: .disabled, by: .at(9))
            _ = try await store.createProviderKey(fixture.key("key_3", exempt: true), by: .at(9))
            try await fixture.deploy(1)
            #expect(
                await refusal { _ = try await store.setProviderKey("key_2", to: .active, by: .at(9)) }
                    == .invalidRequest,
                "runs could then be on a key that costs credits")
        },
        ConformanceCase("every active key of the organization must be exempt where there is no price", mode: .cloud) {
            store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("a", provider: "other")
            _ = try await store.createProviderKey(fixture.key("key_1", exempt: true), by: .at(9))
            _ = try await store.createProviderKey(fixture.key("key_2", exempt: false), by: .at(9))
            #expect(await refusal { try await fixture.deploy(1) } == .invalidRequest)
            _ = try await store.setProviderKey("key_2", exempt: true, by: .at(9))
            try await fixture.deploy(1)
        },
        ConformanceCase("a key costs credits again only where all that is deployed can be charged for", mode: .cloud) {
            store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("a", provider: "other")
            _ = try await store.createProviderKey(fixture.key("key_1", exempt: true), by: .at(9))
            try await fixture.deploy(1)
            func charge() async -> ErrorCode? {
                await refusal { _ = try await store.setProviderKey("key_1", exempt: false, by: .at(9)) }
            }
            #expect(await charge() == .invalidRequest)
            #expect(try await store.providerKey("key_1").isExempt, "nothing of it is kept")
            #expect(
                await refusal {
                    _ = try await store.createProviderKey(fixture.key("key_0", exempt: false), by: .at(9))
                } == .invalidRequest)
            #expect(await refusal { _ = try await store.providerKey("key_0") } == .notFound)
            try await fixture.move(.pause)
            #expect(await charge() == .invalidRequest, "a paused one may be resumed")
            _ = try await store.setProviderKey("key_1", to: .disabled, by: .at(9))
            #expect(await charge() == nil, "no run is on it")
            #expect(
                await refusal { _ = try await store.setProviderKey("key_1", to: .active, by: .at(9)) }
                    == .invalidRequest)
            try await fixture.move(.undeploy)
            #expect(try await store.setProviderKey("key_1", to: .active, by: .at(9)).isExempt == false)
        },
        ConformanceCase("a key whose deployments have prices costs credits again", mode: .cloud) { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("a")
            var key = fixture.key("key_1", exempt: true)
            key.provider = "simulated"
            _ = try await store.createProviderKey(key, by: .at(9))
            try await fixture.deploy(1)
            let once = Idempotency(scope: "adm_a", key: "k", fingerprint: sha256("request"))
            #expect(try await store.setProviderKey("key_1", exempt: false, by: .at(9, once)).isExempt == false)
            #expect(try await store.setProviderKey("key_1", exempt: true, by: .at(9)).isExempt)
            #expect(
                try await store.setProviderKey("key_1", exempt: false, by: .at(9, once)).isExempt == false,
                "the answer kept")
            #expect(try await store.providerKey("key_1").isExempt, "and nothing done")
        },
    ]
}
