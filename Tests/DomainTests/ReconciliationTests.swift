import Domain
import Generators
import Testing

@Suite struct ReconciliationTests {
    private static let first = Day(sinceEpoch: 20_758)
    private static let terms = Reconciliation.Terms(days: first...Day(sinceEpoch: first.sinceEpoch + 6))

    private static func bill(_ lines: [(model: String?, key: String?, figures: [Measure: Int64])]) -> Bill {
        var bill = Bill()
        for line in lines { bill.add(Bill.Place(day: first, model: line.model, key: line.key), Figures(line.figures)) }
        return bill
    }

    private static func recorded(
        _ model: String, key: String = "key_1", input: Int64 = 0, output: Int64 = 0, cost: Int64 = 0,
        isPlatform: Bool = true
    ) -> RecordedUsage {
        RecordedUsage(
            day: first, provider: "openai", model: model, keyID: key, keyIsPlatform: isPlatform, runs: 1,
            attempts: 1, usage: Usage(uncachedInput: input, output: output), listCost: NanoCredits(cost))
    }

    private static func strict(_ change: (inout Reconciliation.Terms) -> Void = { _ in }) -> Reconciliation.Terms {
        var terms = terms
        terms.tolerance = Tolerance(part: 0, credits: .zero, tokens: 0)
        change(&terms)
        return terms
    }

    /// A bill made of what is recorded agrees with it to the last nano-credit, however it is grouped.
    @Test(arguments: 0..<40)
    func aBillOfTheRecordedDiffersByNothing(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let keys = ["key_1", "key_2", "key_3"]
        let models = ["gpt-4o", "gpt-4o-mini", "o3-2025-04-16"]
        var recorded: [RecordedUsage] = []
        for _ in 0..<Int.random(in: 1...60, using: &generator) {
            var usage = Usage()
            for counter in Usage.Counter.allCases { usage[counter] = .random(in: 0...100_000, using: &generator) }
            recorded.append(
                RecordedUsage(
                    day: Day(sinceEpoch: Self.first.sinceEpoch + .random(in: 0...6, using: &generator)),
                    provider: "openai", model: models.randomElement(using: &generator) ?? "",
                    keyID: keys.randomElement(using: &generator) ?? "", runs: .random(in: 1...9, using: &generator),
                    attempts: 9,
                    usage: usage, listCost: NanoCredits(.random(in: 0...1_000_000_000, using: &generator))))
        }
        let namesModels = Bool.random(using: &generator)
        let namesKeys = Bool.random(using: &generator)
        var bill = Bill()
        for row in recorded.shuffled(using: &generator) {
            let usage = row.usage
            bill.add(
                Bill.Place(
                    day: row.day, model: namesModels ? row.model + (row.model == "gpt-4o" ? "-2024-08-06" : "") : nil,
                    key: namesKeys ? "theirs_" + row.keyID : nil),
                Figures([
                    .cost: row.listCost.rawValue, .input: usage.inputTotal, .cacheRead: usage.cacheRead,
                    .cacheWrite: usage.cacheWrite + usage.cacheWriteHour, .output: usage.outputTotal,
                ]))
        }
        let terms = Self.strict { terms in
            terms.keyNames = Dictionary(uniqueKeysWithValues: keys.map { ("theirs_" + $0, $0) })
        }
        let outcome = Reconciliation(bill, recorded, terms)
        #expect(outcome.isWithinTolerance && outcome.total.difference(.cost) == 0)
        #expect(outcome.comparesModels == namesModels && outcome.comparesKeys == namesKeys)
        #expect(outcome.rows.allSatisfy { row in Measure.allCases.allSatisfy { row.difference($0) ?? 0 == 0 } })
        #expect(outcome.captureRate(outcome.total) == 1_000_000_000 || outcome.total.billed[.cost] == 0)
        #expect(outcome.total.runs == recorded.reduce(0) { $0 + $1.runs })

        // Any line that is gone is found, and named.
        guard let lost = bill.lines.filter({ !$0.value.isZero }).keys.randomElement(using: &generator) else { return }
        var short = Bill()
        for (place, figures) in bill.lines where place != lost { short.add(place, figures) }
        let worse = Reconciliation(short, recorded, terms)
        #expect(!worse.isWithinTolerance)
        let named = worse.rows.filter { !$0.outside.isEmpty }.compactMap(\.place)
        #expect(named.map(\.day) == [lost.day])
    }

    @Test func whatOneSideLacksIsNamed() {
        let bill = Self.bill([
            ("gpt-4o", nil, [.input: 100, .output: 10]), ("o3", nil, [.input: 7, .output: 1]),
        ])
        let outcome = Reconciliation(
            bill,
            [
                Self.recorded("gpt-4o", input: 100, output: 10), Self.recorded("gpt-4.1", input: 5, output: 5),
                Self.recorded("customers", input: 5, isPlatform: false),
            ], Self.strict())
        #expect(outcome.rows.map { $0.place?.model } == ["gpt-4.1", "gpt-4o", "o3"])
        #expect(outcome.rows.map(\.standing) == [.unbilled, .within, .unrecorded])
        #expect(outcome.rows.map { outcome.captureRate($0) } == [nil, 1_000_000_000, 0])
        #expect(outcome.rows[2].outside == [.input, .output] && outcome.rows[2].difference(.input) == -7)
        #expect(outcome.rows[0].difference(.cost) == nil, "the bill has no costs")
        #expect(outcome.captureRate(outcome.total) == 1_016_949_152)
        #expect(!outcome.isWithinTolerance)
    }

    @Test func aBillWithoutALineIsHeldToHaveBilledNothing() {
        var bill = Bill()
        bill.cover(Self.first)
        let outcome = Reconciliation(bill, [Self.recorded("gpt-4o", input: 100)], Self.strict())
        #expect(outcome.rows.map(\.standing) == [.unbilled] && !outcome.isWithinTolerance)
        #expect(Reconciliation(bill, [], Self.strict()).isWithinTolerance, "nothing is nothing")
    }

    /// `recorded` and `billed` names, and the models they are compared as.
    static let names: [(recorded: [String], billed: [String], models: [String])] = [
        (["gpt-4o"], ["gpt-4o-2024-08-06"], ["gpt-4o"]),
        (["gpt-4o"], ["gpt-4o-2024-08-06", "gpt-4o-2024-11-20"], ["gpt-4o"]),
        (["gpt-4o", "gpt-4o-2024-08-06"], ["gpt-4o-2024-08-06"], ["gpt-4o"]),
        (["gpt-4o-2024-08-06"], ["gpt-4o"], ["gpt-4o"]),
        (["gpt-4o-2024-08-06"], ["gpt-4o-2024-11-20"], ["gpt-4o-2024-08-06", "gpt-4o-2024-11-20"]),
        (["gpt-4o"], ["gpt-4o-mini-2024-07-18"], ["gpt-4o", "gpt-4o-mini-2024-07-18"]),
        (["claude-sonnet-4"], ["claude-sonnet-4-20250514"], ["claude-sonnet-4"]),
        (["claude-3-5-sonnet-latest"], ["claude-3-5-sonnet-20241022"], ["claude-3-5-sonnet"]),
        (["claude-sonnet-4"], ["claude-sonnet-4@20250514"], ["claude-sonnet-4"]),
        (["gpt-4"], ["gpt-4-0613"], ["gpt-4"]),
        (["mistral-large"], ["mistral-large-2411"], ["mistral-large", "mistral-large-2411"]),
        (["m"], ["m-2024-13-06"], ["m", "m-2024-13-06"]), (["m"], ["m-19990101"], ["m", "m-19990101"]),
        (["m"], ["-20240101"], ["-20240101", "m"]),
    ]

    @Test(arguments: names)
    func snapshotsAreTheirAliasWhereThereIsOne(_ recorded: [String], _ billed: [String], _ models: [String]) {
        let bill = Self.bill(billed.map { ($0, nil, [.input: 1]) })
        let outcome = Reconciliation(bill, recorded.map { Self.recorded($0, input: 1) }, Self.terms)
        #expect(outcome.rows.map { $0.place?.model } == models)
    }

    @Test func namesCanBeMapped() {
        let bill = Self.bill([("GPT Four", "theirs", [.input: 4]), ("o3", "other", [.input: 1])])
        let outcome = Reconciliation(
            bill, [Self.recorded("gpt-4o", input: 4)],
            Self.strict { terms in
                terms.modelNames = ["GPT Four": "gpt-4o"]
                terms.keyNames = ["theirs": "key_1"]
            })
        #expect(outcome.comparesKeys)
        #expect(outcome.rows.map { $0.place?.key } == ["key_1", "other"])
        #expect(outcome.rows[0].billedAs == ["GPT Four"] && outcome.rows[0].standing == .within)
        #expect(outcome.rows[1].standing == .unrecorded)
    }

    @Test func whatTheBillDoesNotTellApartIsSummed() {
        let bill = Self.bill([("gpt-4o", "theirs", [.input: 4]), (nil, "theirs", [.input: 6])])
        let recorded = [Self.recorded("gpt-4o", input: 7), Self.recorded("o3", key: "key_2", input: 3)]
        let outcome = Reconciliation(bill, recorded, Self.strict())
        #expect(!outcome.comparesModels && !outcome.comparesKeys)
        #expect(outcome.rows.count == 1 && outcome.isWithinTolerance)
        let named = Self.bill([("gpt-4o", "key_1", [.input: 7]), ("gpt-4o", nil, [.input: 3])])
        #expect(!Reconciliation(named, recorded, Self.strict()).comparesKeys, "one line has no key")
    }

    @Test func aBillOfSomeKeysIsHeldAgainstThoseAlone() {
        let recorded = [
            Self.recorded("gpt-4o", input: 7), Self.recorded("gpt-4o", key: "key_2", input: 3),
            Self.recorded("gpt-4o", key: "key_c", input: 9, isPlatform: false),
        ]
        for (keys, input) in [([], 10), (["key_2"], 3), (["key_c"], 9), (["key_1", "key_c"], 16)] as [([String], Int64)]
        {
            let bill = Self.bill([("gpt-4o", nil, [.input: input])])
            #expect(Reconciliation(bill, recorded, Self.strict { $0.keys = Set(keys) }).isWithinTolerance)
        }
        let all = Reconciliation(Self.bill([]), recorded, Self.strict { $0.provider = "anthropic" })
        #expect(all.rows.isEmpty && all.isWithinTolerance)
    }

    @Test(
        arguments: [
            (1_000_000, 1_005_000, true), (1_000_000, 1_005_026, false), (1_005_000, 1_000_000, true), (0, 100, true),
            (0, 101, false), (100, 0, true), (101, 0, false), (-50, 50, true), (.max, .max, true), (.max, -.max, false),
            (.min, .max, false),
        ] as [(Int64, Int64, Bool)])
    func tolerance(_ recorded: Int64, _ billed: Int64, _ isWithin: Bool) {
        let bill = Self.bill([("m", nil, [.cost: billed])])
        let outcome = Reconciliation(
            bill, [Self.recorded("m", cost: recorded)],
            Self.strict { $0.tolerance = Tolerance(part: 5_000_000, credits: NanoCredits(100)) })
        #expect(outcome.isWithinTolerance == isWithin)
    }

    @Test(
        arguments: [
            ("0.5%", 5_000_000), ("0.5", 5_000_000), ("0", 0), ("100%", 1_000_000_000), ("0.0000001", 1),
            ("100.1", nil),
            ("-1", nil), ("0.00000001", nil), ("", nil), ("%", nil), ("5 %", nil), ("1e1", nil),
            ("99999999999999", nil),
        ] as [(String, Int64?)])
    func percentages(_ text: String, _ part: Int64?) {
        #expect(Tolerance.part(percent: text) == part)
        if let part { #expect(Tolerance.part(percent: Tolerance(part: part).percent) == part) }
    }
}
