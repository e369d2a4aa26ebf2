import Domain
import Generators
import Testing

@testable import Storage

@Suite struct StatementReadingTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger
    private static let months = ["2026-09", "2026-10", "2026-11", "2026-12"].compactMap { Month($0) }
    private static let now = Timestamp(milliseconds: 1_798_000_000_000)

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20))
    }

    private func time(_ day: Int) -> Int64 { Int64(day) * DailyUsage.millisecondsPerDay + 5 }

    private func end(_ number: UInt64, cost: Int64, on day: Int, outcome: RunEnd.Outcome = .succeeded) async throws {
        let usage = MeteredUsage(Usage(uncachedInput: 3, output: 1), isEstimated: outcome == .interrupted)
        let attempt = RunAttempt(usage: usage, cost: NanoCredits(cost), listCost: NanoCredits(cost + 1))
        _ = try await ledger.settle(
            run(number).id, RunEnd(outcome: outcome, attempts: [attempt], endedAt: time(day)))
    }

    private func hold(_ number: UInt64, on day: Int, agent: String = "support", exempt: Bool = false) async throws {
        var record = run(number, hold: exempt ? 0 : 10, costsCredits: !exempt)
        record.startedAt = time(day)
        record.agent = agent
        #expect(try await ledger.hold(record) == .held(record.hold))
    }

    private func post(_ kind: Posting.Kind, _ amount: Int64, _ key: String, on day: Int) async throws {
        _ = try await ledger.post(
            Posting(
                kind, organization: "acme", amount: NanoCredits(amount), idempotencyKey: key, actor: "ann", note: "",
                time: time(day)))
    }

    /// Random operations on random days of four months: each month adds up, and one leads to the next.
    @Test(arguments: [(1, 1), (2, 2), (3, 7), (4, 1_000)] as [(UInt64, Int)])
    func monthsAddUpAndLeadToOneAnother(_ seed: UInt64, _ chunk: Int) async throws {
        var generator = SeededGenerator(seed: seed)
        let days = Self.months[0].days.lowerBound.sinceEpoch...Self.months[3].days.upperBound.sinceEpoch
        func day() -> Int { Int.random(in: days, using: &generator) }
        try await post(.topUp, 100_000, "first", on: days.lowerBound)
        for number in 1...150 as ClosedRange<UInt64> {
            let agent = ["support", "writer", "a"].randomElement(using: &generator) ?? ""
            let isExempt = Bool.random(using: &generator)
            try await hold(number, on: day(), agent: agent, exempt: isExempt)
            let outcomes = [RunEnd.Outcome.succeeded, .failed, .interrupted]
            let cost = Int64.random(in: 0...30, using: &generator)
            try await end(number, cost: cost, on: day(), outcome: outcomes.randomElement(using: &generator) ?? .failed)
            let amount = Int64.random(in: 1...9, using: &generator)
            switch number % 4 {
            case 0: try await post(.topUp, amount, "t\(number)", on: day())
            case 1: try await post(.adjustment, amount - 5, "a\(number)", on: day())
            case 2: try await post(.refund(run(number).id), amount, "r\(number)", on: day())
            case _: break
            }
        }
        var opening = NanoCredits.zero
        var runs: Int64 = 0
        for month in Self.months {
            let statement = try ledger.statement("acme", month, at: Self.now, chunk: chunk)
            #expect(statement.contradiction == nil)
            #expect(statement.opening == opening, "the closing of the month before")
            #expect(statement.opening + statement.movements.total == statement.closing)
            #expect(statement.consumed.charge == -statement.movements[.charges])
            #expect(statement.days == statement.days.sorted { $0.day < $1.day })
            #expect(statement.days.allSatisfy { month.days.contains($0.day) })
            #expect(statement.lines.allSatisfy { $0.place.keySource != .exempt || $0.sums.charge == .zero })
            #expect(statement.lines.map(\.place) == statement.lines.map(\.place).sorted())
            opening = statement.closing
            runs += statement.consumed.runs
        }
        #expect(try opening == ledger.balance("acme").balance && runs == 150)
        #expect(try ledger.statement("acme", Self.months[3], at: Self.now).closing == opening)
    }

    @Test func kindsAndLinesAreToldApart() async throws {
        let day = Self.months[2].days.lowerBound.sinceEpoch
        try await post(.topUp, 100, "t", on: day - 1)
        try await post(.topUp, 50, "u", on: day)
        for (number, agent, exempt) in [(1, "a", false), (2, "a", true), (3, "b", false)] as [(UInt64, String, Bool)] {
            try await hold(number, on: day, agent: agent, exempt: exempt)
        }
        try await end(1, cost: 4, on: day)
        try await end(2, cost: 7, on: day + 1)
        try await end(3, cost: 12, on: day + 2, outcome: .interrupted)
        try await post(.refund(run(1).id), 1, "r", on: day + 2)
        try await post(.adjustment, -3, "a", on: day + 40)
        let statement = try ledger.statement("acme", Self.months[2], at: Self.now)
        let movements = statement.movements
        #expect(
            Movements.Kind.allCases.map { movements[$0].rawValue } == [50, 0, 1, 0, -16])
        #expect(statement.opening == NanoCredits(100) && statement.closing == NanoCredits(135))
        #expect(statement.datedLater == NanoCredits(-3) && statement.balance == NanoCredits(132))
        #expect(statement.days.map(\.day.sinceEpoch) == [day, day + 2], "a day that moved nothing is none")
        #expect(statement.lines.map(\.place.agent) == ["a", "a", "b"])
        #expect(statement.lines.map(\.place.keySource) == [.exempt, .platform, .platform])
        #expect(statement.lines.map(\.sums.charge.rawValue) == [0, 4, 12])
        #expect(statement.lines.map(\.sums.listCost.rawValue) == [8, 5, 13])
        #expect(statement.consumed.interruptedRuns == 1 && statement.consumed.runsAboveHold == 1)
        let nobody = try ledger.statement("nobody", Self.months[2], at: Self.now)
        #expect(nobody.closing == .zero && nobody.days.isEmpty && nobody.lines.isEmpty)
    }

    /// What was read ahead of a day that has moved since is not used.
    @Test func aDayThatMovesIsReadAgain() async throws {
        let day = Self.months[2].days.lowerBound.sinceEpoch
        try await post(.topUp, 100, "t", on: day)
        for number in 1...3 as ClosedRange<UInt64> { try await hold(number, on: day) }
        try await end(1, cost: 1, on: day)
        let number = UInt32(day)
        let ahead = try #require(try ledger.readAhead("acme", number, chunk: 1))
        #expect(ahead.sums.lines.map(\.sums.runs) == [1])
        try await end(2, cost: 2, on: day)
        try await end(3, cost: 4, on: day + 1)
        let statement = try ledger.statement("acme", Self.months[2], at: Self.now, [number: ahead])
        #expect(statement.consumed.runs == 3 && statement.consumed.charge == NanoCredits(7))
        #expect(statement.contradiction == nil)
        #expect(try ledger.readAhead("acme", number + 5, chunk: 1) == nil)
    }

    /// Statements read while runs end are each of one state.
    @Test func aMonthThatMovesIsReadAsItWasAtOneMoment() async throws {
        let day = Self.months[2].days.lowerBound.sinceEpoch
        try await post(.topUp, 100_000, "t", on: day)
        let agents = (0..<40).map { "agent-\($0)" }
        for number in 1...400 as ClosedRange<UInt64> {
            try await hold(number, on: day, agent: agents[Int(number) % agents.count])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...400 as ClosedRange<UInt64> {
                group.addTask { try await end(number, cost: 3, on: day + Int(number % 3)) }
            }
            for _ in 0..<50 {
                let statement = try ledger.statement("acme", Self.months[2], at: Self.now, chunk: 3)
                #expect(statement.contradiction == nil)
                await Task.yield()
            }
            try await group.waitForAll()
        }
        let statement = try ledger.statement("acme", Self.months[2], at: Self.now, chunk: 3)
        #expect(statement.consumed.runs == 400 && statement.consumed.charge == NanoCredits(1_200))
    }
}
