import Domain
import Testing

@testable import Storage

@Suite struct PriceScheduleTests {
    private static let model = PricedModel(provider: "openai", model: "gpt")

    private func entry(_ from: Int64, _ input: Int64) -> PriceEntry {
        PriceEntry(
            version: 0, effectiveFrom: from,
            terms: .price(Price(.init(input: input, output: 1)), maximumOutputTokens: 5), source: .set, setAt: 1,
            setBy: "ann")
    }

    private func price(
        _ catalog: Catalog, _ organization: String, at time: Int64
    ) throws -> PriceInForce? {
        try catalog.environment.read { transaction throws(StorageError) in
            try transaction.price(
                catalog.tables, organization: organization, provider: "openai", model: "gpt", at: time)
        }
    }

    @Test func theOneInForceIsFound() async throws {
        let folder = try TemporaryFolder()
        let catalog = try Catalog(folder: folder.path, settings: .init(mapBytes: 64 << 20))
        let tables = catalog.tables
        let model = Self.model
        let entries = [entry(0, 10), entry(100, 30), entry(50, 20)]
        let own = [
            PriceEntry(
                version: 0, effectiveFrom: 60, terms: .multiplier(partsPerMillion: 2_000_000), source: .set, setAt: 1,
                setBy: "ann"), entry(70, 7),
            PriceEntry(version: 0, effectiveFrom: 80, terms: .withdrawn, source: .set, setAt: 1, setBy: "ann"),
        ]
        try await catalog.writer.perform { transaction throws(StorageError) in
            var schedule = PriceSchedule()
            for entry in entries { _ = try transaction.putPrice(tables, model, entry, into: &schedule) }
            let acme = PricedModel(organization: "acme", provider: "openai", model: "gpt")
            schedule = PriceSchedule()
            for entry in own { _ = try transaction.putPrice(tables, acme, entry, into: &schedule) }
        }
        // Time, input of all, version; of acme: input, version, the multiplier's.
        let expected: [(Int64, Int64, UInt64, Int64, UInt64, UInt64)] = [
            (0, 10, 1, 10, 1, 0), (49, 10, 1, 10, 1, 0), (50, 20, 3, 20, 3, 0), (60, 20, 3, 40, 3, 4),
            (69, 20, 3, 40, 3, 4), (70, 20, 3, 7, 5, 0), (80, 20, 3, 20, 3, 0), (100, 30, 2, 30, 2, 0),
            (.max, 30, 2, 30, 2, 0),
        ]
        for (time, input, version, ownInput, ownVersion, multiplier) in expected {
            for organization in ["", "rival"] {
                let base = try #require(try price(catalog, organization, at: time))
                #expect(base.price.rates.input == input && base.version == version, "at \(time)")
                #expect(base.multiplierVersion == 0 && base.maximumOutputTokens == 5)
            }
            let own = try #require(try price(catalog, "acme", at: time))
            #expect(own.price.rates.input == ownInput && own.version == ownVersion, "at \(time)")
            #expect(own.multiplierVersion == multiplier, "at \(time)")
            #expect(own.listPrice?.rates.input == input, "at \(time)")
        }
        #expect(try price(catalog, "", at: -1) == nil)
        try catalog.environment.read { transaction throws(StorageError) in
            let schedule = try transaction.priceSchedule(tables, model)
            #expect(schedule.entries.map(\.effectiveFrom) == [100, 50, 0])
            #expect(try PriceSchedule(schedule.encoded.span.bytes) == schedule)
            #expect(try transaction.price(tables, version: 4)?.model.organization == "acme")
            #expect(try transaction.price(tables, version: 7) == nil)
        }
        await catalog.close()
    }

    /// One from the same time on replaces the other, whose version is not used again.
    @Test func versionsOnlyGrow() async throws {
        let folder = try TemporaryFolder()
        let catalog = try Catalog(folder: folder.path, settings: .init(mapBytes: 64 << 20))
        let tables = catalog.tables
        let model = Self.model
        let entries = [entry(0, 10), entry(50, 20), entry(50, 30)]
        try await catalog.writer.perform { transaction throws(StorageError) in
            var schedule = PriceSchedule()
            for entry in entries { _ = try transaction.putPrice(tables, model, entry, into: &schedule) }
        }
        #expect(try price(catalog, "", at: 50)?.version == 3)
        try catalog.environment.read { transaction throws(StorageError) in
            #expect(try transaction.price(tables, version: 2)?.entry.effectiveFrom == 50)
        }
        await catalog.close()
    }

    @Test func aScheduleCutShortIsCorrupt() throws {
        var schedule = PriceSchedule()
        for time in 0..<3 { schedule.insert(entry(Int64(time), 4)) }
        let bytes = schedule.encoded
        let whole = Set([bytes.count - 2 * (bytes.count - 1) / 3, bytes.count - (bytes.count - 1) / 3, 1])
        for count in 0..<bytes.count where !whole.contains(count) {
            #expect(throws: StorageError.self) { try PriceSchedule(Array(bytes.prefix(count)).span.bytes) }
        }
    }
}
