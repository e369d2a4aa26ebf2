import Domain
import Testing

@testable import tollgate

@Suite struct PriceListTests {
    private func list(_ models: String) throws -> PriceList {
        try PriceList(Array(#"{"date":"2026-11-21","models":[\#(models)]}"#.utf8), name: "prices.json")
    }

    @Test func rowsAreRead() throws {
        let rows = try list(
            #"""
            {"provider":"a","model":"m","input":4,"cache_read":1,"cache_write":null,"output":16,"reasoning":null,"max_output_tokens":9},
            {"provider":"a","model":"n","input":0,"output":0,"long_prompt":{"above":5,"input":2,"output":3}}
            """#
        ).rows
        #expect(rows.map(\.model) == ["m", "n"])
        let record = try #require(rows.first).record
        #expect(record.listDate == 20_261_121)
        #expect(record.maximumOutputTokens == 9)
        #expect(record.price == Price(.init(input: 4, cacheRead: 1, output: 16)))
        #expect(rows.last?.record.price.longPrompt == .init(above: 5, rates: .init(input: 2, output: 3)))
        #expect(rows.last?.record.maximumOutputTokens == nil)
    }

    @Test(arguments: [
        #"{"provider":"a","model":"m","output":1}"#, #"{"provider":"a","model":"m","input":1.5,"output":1}"#,
        #"{"provider":"a","model":"m","input":-1,"output":1}"#, #"{"provider":"A B","model":"m","input":1,"output":1}"#,
        #"{"provider":"a","model":"m","input":1,"output":null}"#,
        #"{"provider":"a","model":"m","input":1,"output":1,"long_prompt":{"input":2,"output":3}}"#,
        #"{"provider":"a","model":"m","input":1,"output":1,"reasoning":"2"}"#, #"{"model":"m","input":1,"output":1}"#,
    ])
    func otherRowsAreRefused(_ model: String) {
        let fault = #expect(throws: PriceList.Fault.self) {
            try list(#"{"provider":"a","model":"m","input":1,"output":1},"# + model)
        }
        #expect(fault?.description.hasPrefix("prices.json: models/1: ") == true)
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
