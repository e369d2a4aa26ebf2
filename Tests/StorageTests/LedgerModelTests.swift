import Domain
import Generators
import Testing

@testable import Storage

/// Any sequence of operations answers what a simple model answers, leaves the same sums, and books that the audit finds
/// clean. Time goes both ways: clocks are set back.
@Suite struct LedgerModelTests {
    private static let day = DailyUsage.millisecondsPerDay

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func operationsAreThoseOfTheModel(_ seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20))
        var walk = Walk(ledger: ledger, generator: SeededGenerator(seed: seed))
        for _ in 0..<400 { try await walk.step() }
        try walk.compare()
        for chunk in [1, 7, 10_000] {
            guard case .clean(let report) = try LedgerAudit.verify(ledger, chunk: chunk) else {
                Issue.record("the audit found a fault")
                return
            }
            #expect(report.openRuns == walk.model.openRuns.count)
        }
        await ledger.close()
    }

    private struct Walk {
        let ledger: Ledger
        var generator: SeededGenerator
        var model = BooksModel()
        private var time: Int64 = 100 * LedgerModelTests.day
        private var number: UInt64 = 0
        /// Postings that were made, to be asked for again.
        private var made: [Posting] = []

        init(ledger: Ledger, generator: SeededGenerator) {
            self.ledger = ledger
            self.generator = generator
        }

        private mutating func below(_ count: Int64) -> Int64 { Int64.random(in: 0..<count, using: &generator) }

        private mutating func organization() -> String { ["a", "b", "ab"].randomElement(using: &generator) ?? "a" }

        mutating func step() async throws {
            // A few hours on, now and then some back.
            time += below(10) == 0 ? -below(Self.hours(30)) : below(Self.hours(3))
            number += 1
            switch below(20) {
            case 0...1: try await topUp()
            case 2: try await adjust()
            case 3...4: try await refund()
            case 5: try await setTerms()
            case 6: try await repeatPosting()
            case 7: try await interrupt()
            case 8...13: try await hold()
            case _: try await settle()
            }
        }

        private static func hours(_ count: Int64) -> Int64 { count * 3_600_000 }

        // MARK: operations

        private mutating func posting(_ kind: Posting.Kind, _ organization: String, _ amount: Int64) -> Posting {
            Posting(
                kind, organization: organization, amount: NanoCredits(amount), idempotencyKey: "key-\(number)",
                actor: "ann", note: "why \(number)", time: time)
        }

        private mutating func topUp() async throws {
            var posting = posting(.topUp, organization(), below(60) + 1)
            if below(2) == 0 { posting.expiresAt = time + Self.hours(below(40)) + 1 }
            model.topUp(
                posting.organization, posting.amount.rawValue, endingAt: posting.expiresAt, number: Int(number),
                at: time)
            try await expectAdded(posting)
        }

        private mutating func adjust() async throws {
            let posting = posting(.adjustment, organization(), below(2) == 0 ? below(30) + 1 : -below(30) - 1)
            guard let available = model.adjust(posting.organization, posting.amount.rawValue, at: time) else {
                return try await expectAdded(posting)
            }
            #expect(try await ledger.post(posting) == .insufficient(available: NanoCredits(available)))
        }

        private mutating func refund() async throws {
            let run = UInt64(below(Int64(number))) + 1
            let organization = below(8) == 0 ? "a" : model.runs[run]?.organization ?? "a"
            let posting = posting(.refund(StorageTests.run(run).id), organization, below(12) + 1)
            switch model.refund(run, organization, posting.amount.rawValue, at: time) {
            case .made: try await expectAdded(posting)
            case .unknownRun: #expect(try await ledger.post(posting) == .unknownRun)
            case .aboveCost(let left):
                #expect(try await ledger.post(posting) == .aboveCost(left: NanoCredits(left)))
            }
        }

        private mutating func expectAdded(_ posting: Posting) async throws {
            let result = try await ledger.post(posting)
            guard case .added(let entry) = result else {
                Issue.record("\(posting.kind) of \(posting.amount): \(result)")
                return
            }
            #expect(entry.kind == posting.kind.entry && entry.balanceChange == posting.amount && entry.time == time)
            made.append(posting)
        }

        /// The same under its key moves nothing, another is a conflict.
        private mutating func repeatPosting() async throws {
            guard var posting = made.randomElement(using: &generator) else { return }
            let head = try ledger.head()
            let isOther = below(2) == 0
            if isOther { posting.amount = posting.amount + NanoCredits(1) }
            posting.time = time
            switch try await ledger.post(posting) {
            case .repeated(let entry): #expect(!isOther && entry.balanceChange == posting.amount)
            case .conflict: #expect(isOther)
            case let other: Issue.record("a repeat: \(other)")
            }
            #expect(try ledger.head() == head)
        }

        private mutating func setTerms() async throws {
            let organization = organization()
            let terms = CreditTerms(
                overdraft: NanoCredits([0, 0, 10, 25].randomElement(using: &generator) ?? 0),
                holds: CreditTerms.HoldBasis.allCases.randomElement(using: &generator) ?? .bound)
            let isNew = (try ledger.balance(organization).terms) != terms
            switch try await ledger.setTerms(organization, terms, actor: "ann", time: time) {
            case .set(let entry): #expect(isNew && entry.detail == .terms(terms, actor: "ann"))
            case .unchanged: #expect(!isNew)
            case let other: Issue.record("terms: \(other)")
            }
            #expect(try ledger.balance(organization).terms == terms)
            model.accounts[organization, default: .init()].overdraft = terms.overdraft.rawValue
            model.accounts[organization]?.holdsEstimates = terms.holds == .estimate
        }

        private mutating func hold() async throws {
            // Now and then an id that is taken.
            let id = below(10) == 0 ? UInt64(below(Int64(number))) + 1 : number
            let (organization, bound) = (organization(), below(30))
            let isExempt = below(6) == 0
            let estimate = below(30)
            var run = StorageTests.run(
                id, organization: organization, hold: isExempt ? 0 : bound, costsCredits: !isExempt)
            run.startedAt = time
            let expected = model.hold(
                id, organization, bound: bound, estimate: estimate, isExempt: isExempt, at: time)
            #expect(try await ledger.hold(run, estimate: NanoCredits(estimate)) == expected)
            // Whatever the rule: no hold has what has ended.
            if case .held(let held) = expected, held > .zero {
                let lots = try ledger.balance(organization).lots
                #expect(lots.allSatisfy { $0.expiresAt > time })
            }
        }

        private mutating func end(_ outcome: RunEnd.Outcome, cost: Int64, attempts: Int) -> RunEnd {
            // A run that failed at one provider and cost something at the next; rounding is not at work here.
            var parts = [RunAttempt](
                repeating: RunAttempt(
                    usage: MeteredUsage(Usage(uncachedInput: 1, output: 2), isEstimated: false), cost: .zero),
                count: attempts)
            parts[attempts - 1].cost = NanoCredits(cost)
            return RunEnd(outcome: outcome, attempts: parts, endedAt: time)
        }

        private mutating func settle() async throws {
            let number =
                below(10) == 0
                ? UInt64(below(Int64(number))) + 1 : model.openRuns.randomElement(using: &generator) ?? 1
            let held = model.runs[number]?.hold ?? 0
            let cost = below(held + 4)
            let wasOpen = model.settle(number, cost: cost, "charge")
            let wasHeld = model.runs[number] != nil
            let end = end(below(4) == 0 ? .failed : .succeeded, cost: cost, attempts: Int(below(3)) + 1)
            switch try await ledger.settle(StorageTests.run(number).id, end) {
            case .settled(let end):
                #expect(wasOpen && end.cost.rawValue == model.runs[number]?.cost)
                #expect(end.exceededHold == (end.cost.rawValue > held))
            case .alreadySettled(let run):
                #expect(!wasOpen && wasHeld && run.end?.cost.rawValue == model.runs[number]?.cost)
            case .unknownRun: #expect(!wasHeld)
            }
        }

        /// As at a start after a crash.
        private mutating func interrupt() async throws {
            guard below(6) == 0 else { return }
            let charge = InterruptedCharge.allCases.randomElement(using: &generator) ?? .nothing
            let open = model.openRuns
            for number in open {
                let cost =
                    switch charge {
                    case .inputEstimate: StorageTests.run(number).interruptedCharge.rawValue
                    case .hold: model.runs[number]?.hold ?? 0
                    case .nothing: Int64(0)
                    }
                _ = model.settle(number, cost: cost, "charge")
            }
            #expect(try await ledger.closeInterrupted(at: time, charging: charge) == open.count)
        }

        // MARK: sums

        func compare() throws {
            for (organization, expected) in model.accounts {
                let kept = try ledger.balance(organization)
                #expect(kept.balance.rawValue == expected.balance && kept.held.rawValue == expected.held)
                #expect(kept.available.rawValue == expected.available)
                #expect(kept.lots.map(\.left.rawValue) == expected.lots.map(\.left))
                #expect(kept.lots.map(\.expiresAt) == expected.lots.map(\.expiresAt))
                try compareDays(organization, expected)
                try compareUsage(organization)
            }
        }

        /// The days' credits, summed, are what each kind of operation moved.
        private func compareDays(_ organization: String, _ expected: BooksModel.Account) throws {
            var moved: [String: Int64] = [:]
            try ledger.environment.read { transaction throws(StorageError) in
                try transaction.scan(ledger.tables.credits, prefix: Key(organization)) {
                    _, value throws(StorageError) in
                    let day = try DailyCredits(value)
                    moved["top_up", default: 0] += day.topUps.rawValue
                    moved["adjustment", default: 0] += day.adjustments.rawValue
                    moved["refund", default: 0] += day.refunds.rawValue
                    moved["expiry", default: 0] += day.expiries.rawValue
                    moved["charge", default: 0] += day.charges.rawValue
                    return true
                }
            }
            #expect(moved.filter { $0.value != 0 } == expected.moved.filter { $0.value != 0 })
        }

        private func compareUsage(_ organization: String) throws {
            var (runs, cost): (Int64, Int64) = (0, 0)
            try ledger.usage(organization, days: 0...1_000) { row in
                runs += row.runs
                cost += row.cost.rawValue
            }
            let ended = model.runs.values.filter { $0.organization == organization && $0.cost != nil }
            #expect(runs == ended.count && cost == ended.reduce(0) { $0 + ($1.cost ?? 0) })
        }
    }
}
