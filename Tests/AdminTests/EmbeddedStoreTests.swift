import Domain
import Storage
import Testing

@testable import Admin

/// What the embedded store promises of its tables, beyond what every store does.
@Suite struct EmbeddedStoreTests {
    private static let day: Int64 = 86_400_000

    private func withStore(_ body: (EmbeddedControlStore, Catalog) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let catalog = try Catalog(folder: folder.path + "/catalog", settings: .init(mapBytes: 64 << 20))
        let result: Result<Void, any Error>
        do {
            try await body(EmbeddedControlStore(catalog, mode: .selfHosted), catalog)
            result = .success(())
        } catch { result = .failure(error) }
        await catalog.close()
        try result.get()
    }

    private func key(_ name: String, _ request: String = "same") -> Idempotency {
        Idempotency(scope: "adm_a", key: name, fingerprint: sha256Of(request))
    }

    @Test func keptAnswersDoNotPileUp() async throws {
        try await withStore { store, catalog in
            func kept() throws -> Int {
                try catalog.environment.read { transaction throws(StorageError) in
                    try transaction.count(catalog.tables.idempotency)
                }
            }
            for number in 0..<30 {
                let event = AuditEvent("a", "/x", organization: nil)
                try await store.note(event, by: .at(1, key("old-\(number)")))
            }
            #expect(try kept() == 31, "and the place of the sweep")
            for number in 0..<20 {
                let event = AuditEvent("a", "/x", organization: nil)
                try await store.note(event, by: .at(8 * Self.day, key("new-\(number)")))
            }
            #expect(try kept() == 21)
        }
    }

    @Test(arguments: [(7, false), (8, true)])
    func aKeyIsKnownForAWeek(_ days: Int64, _ isNew: Bool) async throws {
        try await withStore { store, _ in
            _ = try await store.createOrganization(slug: "one", name: "", by: .at(0, key("k", "one")))
            let later = await refusal {
                _ = try await store.createOrganization(
                    slug: "two", name: "", by: .at(days * Self.day, key("k", "two")))
            }
            #expect(later == (isNew ? nil : .idempotencyConflict))
        }
    }

    /// Schemas from before there was an index of shapes are found like those after.
    @Test func anOldAgentsShapesAreIndexedOnce() async throws {
        try await withStore { store, catalog in
            _ = try await Fixture(store)
            func shape(_ number: Int) -> [UInt8] { Array(#"{"const":"\#(number)"}"#.utf8) }
            func create(_ number: Int) async throws -> Created<AgentSchema> {
                try await store.createSchema(
                    Fixture.agent, input: shape(number), output: AgentSchema.anything, by: .at(9))
            }
            for number in 2...4 { #expect(try await create(number).value.number == UInt32(number)) }
            try await catalog.writer.perform { transaction throws(StorageError) in
                let shapes = [AgentSchema.anything] + (2...4).map { Array(#"{"const":"\#($0)"}"#.utf8) }
                for input in shapes {
                    let schema = AgentSchema(
                        number: 1, input: input, created: Origin(at: .init(milliseconds: 1), by: "a"))
                    try transaction.delete(catalog.tables.versionHashes, Fixture.agent.shapeKey(schema.shape))
                }
            }
            let third = try await create(3)
            #expect(third.value.number == 3 && !third.isNew)
            let fifth = try await create(5)
            #expect(fifth.value.number == 5 && fifth.isNew)
            let second = try await create(2)
            #expect(second.value.number == 2 && !second.isNew)
        }
    }

    /// It looks at the newest revisions only, since all other changes wait for it.
    @Test func aRollbackLooksSoFarBack() async throws {
        try await withStore { store, catalog in
            let fixture = try await Fixture(store)
            for text in ["one", "two"] { _ = try await fixture.version(text) }
            try await fixture.deploy(1)
            let current = try await fixture.deploy(2)
            try await catalog.writer.perform { transaction throws(StorageError) in
                var record = current.record
                for _ in 0..<WriteTransaction.rollbackScan - 1 {
                    record.revision += 1
                    let entry = HistoryEntry(
                        revision: record.revision, action: .pause, from: record.version, to: record.version,
                        at: Timestamp(milliseconds: 20), by: "adm_a", reason: nil)
                    let key = Fixture.production.key
                    try transaction.put(catalog.tables.deploymentHistory, key.appending(record.revision), entry.json)
                    try transaction.put(catalog.tables.deployments, key, record.encoded)
                }
            }
            let refused = await #expect(throws: ControlFault.self) {
                try await fixture.move(.rollback(toRevision: nil))
            }
            #expect(refused?.pointer == "/to_revision")
            #expect(try await fixture.move(.rollback(toRevision: 1)).record.versionNumber == 1)
        }
    }
}
