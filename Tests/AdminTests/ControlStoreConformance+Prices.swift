import Domain
import JSON
import Security
import Storage
import Testing

@testable import Admin

extension ControlStore {
    /// What is listed, as text: whose, of what, in which state, at which price of input and by which version.
    fileprivate func listed(_ query: PriceQuery = PriceQuery(all: true), at time: Int64 = 50) async throws -> [String] {
        try await prices(query, PageRequest(), at: Timestamp(milliseconds: time)).items.map { shown in
            let model = shown.record.model
            let input = shown.price.map { String($0.rates.input) } ?? "-"
            return
                "\(model.organization)/\(model.model) \(shown.state.rawValue) \(input) #\(shown.record.entry.version)"
        }
    }

    fileprivate func load(_ prices: [NewPrice], at time: Int64 = 50) async throws -> PriceReport {
        try await loadPrices(prices, date: 20_261_130, by: .at(time))
    }
}

extension ControlStoreConformance {
    private static let sim1 = PricedModel(provider: "simulated", model: "sim-1")
    private static let own = PricedModel(organization: "acme", provider: "simulated", model: "sim-1")

    static let prices = loading + setting

    private static let loading = [
        ConformanceCase("a list is taken where it says something new") { store in
            _ = try await Fixture(store)
            let prices = [NewPrice.simulated("sim-1", input: 101), .simulated("sim-open", maximum: nil)]
            #expect(try await store.load(prices).changed == 1)
            for rest in [prices, []] { #expect(try await store.load(rest).written == 0) }
            #expect(
                try await store.listed() == [
                    "/sim-1 in_force 101 #3", "/sim-1 past 100 #1", "/sim-open in_force 100 #2",
                ])
            #expect(try await store.audit(nil, PageRequest()).items.count == 4)
        },
        ConformanceCase("a listed price of a time to come is scheduled, moved and taken back") { store in
            _ = try await Fixture(store)
            let open = NewPrice.simulated("sim-open", maximum: nil)
            let today = [NewPrice.simulated("sim-1"), open]
            let coming = today + [.simulated("sim-1", input: 200, from: 100)]
            #expect(try await store.load(coming).scheduled == 1)
            #expect(try await store.load(coming).written == 0)
            #expect(
                try await store.listed() == [
                    "/sim-1 scheduled 200 #3", "/sim-1 in_force 100 #1", "/sim-open in_force 100 #2",
                ])
            // Once it is in force, the list that announced it says nothing new, nor one that has it alone.
            #expect(try await store.load(coming, at: 101).written == 0)
            #expect(try await store.load([.simulated("sim-1", input: 200), open], at: 101).written == 0)
            let moved = today + [.simulated("sim-1", input: 300, from: 100)]
            #expect(try await store.load(moved) == report(scheduled: 1, unchanged: 1, cancelled: 1))
            #expect(try await store.load(today) == report(unchanged: 1, cancelled: 1))
            #expect(try await store.listed() == ["/sim-1 in_force 100 #1", "/sim-open in_force 100 #2"])
            #expect(try await store.price(version: 4, at: Timestamp(milliseconds: 50)).state == .replaced)
        },
        ConformanceCase("of listed prices of times gone the latest counts") { store in
            let rows = [
                NewPrice.simulated("sim-1", input: 1), .simulated("sim-1", input: 3, from: 30),
                .simulated("sim-1", input: 2, from: 20),
            ]
            let taken = try await store.load(rows)
            #expect(taken == report(added: 1))
            #expect(try await store.listed() == ["/sim-1 in_force 3 #1"])
        },
        ConformanceCase("a price set by hand stays until the list says something new") { store in
            _ = try await Fixture(store)
            _ = try await store.setPrice(.simulated("sim-1", input: 7), by: .at(10))
            #expect(try await store.load([.simulated("sim-1")]).written == 0)
            #expect(try await store.listed(PriceQuery())[0] == "/sim-1 in_force 7 #3")
            #expect(try await store.load([.simulated("sim-1", input: 102)]).changed == 1)
            #expect(try await store.listed(PriceQuery())[0] == "/sim-1 in_force 102 #4")
        },
        ConformanceCase("an import is held against what is in force") { store in
            _ = try await Fixture(store)
            let rows = [
                NewPrice.simulated("sim-1"), .simulated("sim-open", maximum: 9), .simulated("sim-new"),
                .simulated("sim-new", input: 300, from: 100),
            ]
            let first = try await store.importPrices(rows, format: "tollgate", by: .at(50))
            #expect(first == report(added: 1, changed: 1, scheduled: 1, unchanged: 1))
            #expect(try await store.importPrices(rows, format: "tollgate", by: .at(51)) == report(unchanged: 3))
            // A format that does not tell how much a model writes does not forget it either.
            let silent = try await store.importPrices(
                [.simulated("sim-1", maximum: nil)], format: "genai-prices", by: .at(51))
            #expect(silent == report(unchanged: 1))
            // It is not the list's word: the list's own next word counts.
            #expect(try await store.load([.simulated("sim-open", maximum: nil)], at: 52).written == 0)
        },
    ]

    private static let setting = [
        ConformanceCase("a set price holds from now on, or from a time, and its version is kept") { store in
            _ = try await Fixture(store)
            let now = try await store.setPrice(.simulated("sim-1", input: 7), by: .at(10))
            #expect(now.state == .inForce && now.record.entry.version == 3 && now.record.entry.effectiveFrom == 10)
            let coming = try await store.setPrice(.simulated("sim-1", input: 8, from: 60), by: .at(11))
            #expect(coming.state == .scheduled && coming.record.entry.version == 4)
            #expect(try await store.listed(PriceQuery(), at: 59)[0] == "/sim-1 in_force 7 #3")
            #expect(try await store.listed(PriceQuery(), at: 60)[0] == "/sim-1 in_force 8 #4")
            for version in 1...4 as ClosedRange<UInt64> {
                let found = try await store.price(version: version, at: Timestamp(milliseconds: 70))
                #expect(found.record.entry.version == version)
            }
            #expect(
                await refusal { _ = try await store.price(version: 5, at: Timestamp(milliseconds: 1)) } == .notFound)
            let entry = try #require(try await store.audit(nil, PageRequest()).items.first)
            #expect(entry.action == "price.set" && entry.target == "/api/v1/prices/4" && entry.organization == nil)
        },
        ConformanceCase("the past is not set, not even this millisecond") { store in
            _ = try await Fixture(store)
            for time in [1, 10] as [Int64] {
                #expect(
                    await refusal { _ = try await store.setPrice(.simulated("sim-1", from: time), by: .at(10)) }
                        == .invalidRequest)
            }
            _ = try await store.setPrice(.simulated("sim-1", input: 7), by: .at(10))
            let next = try await store.setPrice(.simulated("sim-1", input: 8), by: .at(10))
            #expect(next.record.entry.effectiveFrom == 11)
            #expect(try await store.listed(PriceQuery(), at: 10)[0] == "/sim-1 in_force 7 #3")
        },
        ConformanceCase("an organization has a price or a multiplier of its own, until it is withdrawn") { store in
            let fixture = try await Fixture(store)
            let base = ["/sim-1 in_force 100 #1", "/sim-open in_force 100 #2"]
            _ = try await store.setPrice(
                NewPrice(own, .multiplier(partsPerMillion: 1_250_000)), by: .at(10))
            #expect(try await store.listed(PriceQuery()) == base + ["acme/sim-1 in_force 125 #3"])
            _ = try await store.setPrice(.simulated("sim-1", maximum: nil, input: 9, organization: "acme"), by: .at(11))
            #expect(try await store.listed(PriceQuery(organization: "acme")) == ["acme/sim-1 in_force 9 #4"])
            #expect(try await store.price(version: 4, at: Timestamp(milliseconds: 50)).maximumOutputTokens == 4096)
            #expect(try await store.listed(PriceQuery(caller: "acme")) == base + ["acme/sim-1 in_force 9 #4"])
            #expect(try await store.listed(PriceQuery(caller: "rival")) == base)
            // The list never touches it.
            #expect(try await store.load([.simulated("sim-1")]).written == 0)
            _ = try await store.setPrice(NewPrice(own, .withdrawn), by: .at(12))
            #expect(try await store.listed(PriceQuery(organization: "acme")) == ["acme/sim-1 in_force - #5"])
            // Its own price is one: what has no base price can be deployed with it.
            _ = try await fixture.version("a", model: "sim-9")
            #expect(await refusal { try await fixture.deploy(1) } == .invalidRequest)
            _ = try await store.setPrice(.simulated("sim-9", organization: "acme"), by: .at(13))
            try await fixture.deploy(1)
        },
        ConformanceCase("what would come to nothing is not set") { store in
            _ = try await Fixture(store)
            let times = NewPrice(
                PricedModel(organization: "acme", provider: "simulated", model: "sim-9"),
                .multiplier(partsPerMillion: 1))
            #expect(await refusal { _ = try await store.setPrice(times, by: .at(9)) } == .invalidRequest)
            let nobody = NewPrice.simulated("sim-1", organization: "nobody")
            #expect(await refusal { _ = try await store.setPrice(nobody, by: .at(9)) } == .notFound)
        },
        ConformanceCase("free is a price, and a scheduled one is none yet") { store in
            let fixture = try await Fixture(store)
            _ = try await fixture.version("a", model: "sim-9", maximum: 5)
            let model = PricedModel(provider: "simulated", model: "sim-9")
            let free = NewPrice(
                model, .price(.free, maximumOutputTokens: nil), effectiveFrom: Timestamp(milliseconds: 30))
            _ = try await store.setPrice(free, by: .at(9))
            #expect(await refusal { try await fixture.deploy(1, at: 29) } == .invalidRequest)
            try await fixture.deploy(1, at: 30)
        },
        ConformanceCase("tools that the provider bills by the call need a price of a call") { store in
            let fixture = try await Fixture(store)
            let content =
                #"{"provider":"simulated","model":"sim-1","messages":[],"parameters":{"web_search_options":{}}}"#
            let version = NewVersion(content: try JSONDocument(content).root.members().map { ($0.name, $0.value) })
            _ = try await store.createVersion(Fixture.agent, version, by: .at(9))
            #expect(await refusal { try await fixture.deploy(1) } == .invalidRequest)
            let price = Price(.init(input: 1, output: 1, toolCalls: 10_000_000_000_000))
            _ = try await store.setPrice(NewPrice(sim1, .price(price, maximumOutputTokens: nil)), by: .at(10))
            try await fixture.deploy(1)
        },
        ConformanceCase("a price is set once a key") { store in
            _ = try await Fixture(store)
            let key = Idempotency(scope: "adm_a", key: "k", fingerprint: sha256("f"))
            for _ in 0..<2 {
                let shown = try await store.setPrice(.simulated("sim-1", input: 7), by: .at(10, key))
                #expect(shown.record.entry.version == 3)
            }
        },
        ConformanceCase("prices come in pages") { store in
            _ = try await Fixture(store)
            _ = try await store.setPrice(.simulated("sim-1", organization: "acme"), by: .at(10))
            var cursor: String?
            var seen: [String] = []
            repeat {
                let page = try await store.prices(
                    PriceQuery(caller: "acme"), PageRequest(cursor: cursor, limit: 1), at: Timestamp(milliseconds: 50))
                seen += page.items.map { $0.record.model.organization + "/" + $0.record.model.model }
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen == ["/sim-1", "/sim-open", "acme/sim-1"])
        },
    ]

    private static func report(
        added: Int = 0, changed: Int = 0, scheduled: Int = 0, unchanged: Int = 0, cancelled: Int = 0
    ) -> PriceReport {
        var report = PriceReport()
        report.added = added
        report.changed = changed
        report.scheduled = scheduled
        report.unchanged = unchanged
        report.cancelled = cancelled
        return report
    }
}
