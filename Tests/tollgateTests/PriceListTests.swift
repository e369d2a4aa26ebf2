import Admin
import Domain
import Storage
import Testing

@testable import tollgate

@Suite struct PriceListTests {
    private func list(_ models: String) throws -> PriceList {
        try PriceList(Array(#"{"date":"2026-11-21","models":[\#(models)]}"#.utf8), name: "prices.json")
    }

    @Test func rowsAreRead() throws {
        let list = try list(
            #"""
            {"provider":"a","model":"m","input":4,"cache_read":1,"cache_write":null,"output":16,"reasoning":null,"max_output_tokens":9,"context_window":7},
            {"provider":"a","model":"m","input":5,"output":16,"effective_from":"2026-12-01T00:00:00Z"},
            {"provider":"a","model":"n","input":0,"output":0,"request":8,"tiers":[{"above":5,"input":2,"output":3,"tool_calls":0}]},
            {"provider":"a","model":"o","free":true}
            """#)
        #expect(list.date == 20_261_121)
        let m = PricedModel(provider: "a", model: "m")
        let rows = [
            NewPrice(m, .price(Price(.init(input: 4, cacheRead: 1, output: 16)), maximumOutputTokens: 9)),
            NewPrice(
                m, .price(Price(.init(input: 5, output: 16)), maximumOutputTokens: nil),
                effectiveFrom: Timestamp("2026-12-01T00:00:00Z")),
            NewPrice(
                PricedModel(provider: "a", model: "n"),
                .price(
                    Price(
                        .init(input: 0, output: 0),
                        tiers: [.init(above: 5, rates: .init(input: 2, output: 3, toolCalls: 0))], request: 8),
                    maximumOutputTokens: nil)),
            NewPrice(PricedModel(provider: "a", model: "o"), .price(.free, maximumOutputTokens: nil)),
        ]
        #expect(list.rows == rows)
    }

    @Test(arguments: [
        #"{"provider":"a","model":"m","output":1}"#, #"{"provider":"a","model":"m","input":1.5,"output":1}"#,
        #"{"provider":"a","model":"m","input":-1,"output":1}"#, #"{"provider":"A B","model":"m","input":1,"output":1}"#,
        #"{"provider":"a","model":"m","input":1,"output":null}"#,
        #"{"provider":"a","model":"n","input":1,"output":1,"tiers":[{"input":2,"output":3}]}"#,
        #"{"provider":"a","model":"n","input":1,"output":1,"tiers":[{"above":2,"input":2}]}"#,
        #"{"provider":"a","model":"n","input":1,"output":1,"tiers":[{"above":2,"input":2,"output":3},{"above":2,"input":2,"output":3}]}"#,
        #"{"provider":"a","model":"n","input":1,"output":1,"long_prompt":{"above":1,"input":2,"output":3}}"#,
        #"{"provider":"a","model":"n","input":0,"output":0}"#, #"{"provider":"a","model":"n"}"#,
        #"{"provider":"a","model":"n","input":1,"output":1,"free":true}"#,
        #"{"provider":"a","model":"n","multiplier_ppm":1200000}"#, #"{"provider":"a","model":"n","withdrawn":true}"#,
        #"{"provider":"a","model":"n","organization":"acme","input":1,"output":1}"#,
        #"{"provider":"a","model":"n","input":10000000000000001,"output":1}"#,
        #"{"provider":"a","model":"n o","input":1,"output":1}"#,
        // Twice from the same time on.
        #"{"provider":"a","model":"m","input":1,"output":2}"#,
        #"{"provider":"a","model":"m","input":1,"output":1,"reasoning":"2"}"#, #"{"model":"m","input":1,"output":1}"#,
    ])
    func otherRowsAreRefused(_ model: String) {
        let fault = #expect(throws: PriceList.Fault.self) {
            try list(#"{"provider":"a","model":"m","input":1,"output":1},"# + model)
        }
        #expect(fault?.description.hasPrefix("prices.json: models/1") == true)
    }

    @Test(arguments: ["", "[]", #"{"models":[]}"#, #"{"date":"2026-11-21"}"#])
    func otherTextsAreRefused(_ text: String) {
        #expect(throws: PriceList.Fault.self) { try PriceList(Array(text.utf8), name: "x") }
    }

    @Test(
        arguments: [
            ("/p", "/etc/tollgate.yaml", ["/p"]),
            (nil, "/etc/t.yaml", ["/etc/prices.json", "config/prices.json", "/usr/bin/../share/tollgate/prices.json"]),
            (nil, "t.yaml", ["./prices.json", "config/prices.json", "/usr/bin/../share/tollgate/prices.json"]),
            (nil, nil, ["config/prices.json", "/usr/bin/../share/tollgate/prices.json"]),
        ] as [(String?, String?, [String])])
    func thePlacesAreTriedInOrder(_ configured: String?, _ file: String?, _ places: [String]) {
        #expect(
            PriceList.search(configured: configured, configurationFile: file, program: "/usr/bin/tollgate") == places)
    }

    @Test func noListNamesThePlaces() {
        #expect(throws: PriceList.Fault(description: "no price list: looked for /no/a, /no/b")) {
            try PriceList.load(["/no/a", "/no/b"])
        }
    }
}
