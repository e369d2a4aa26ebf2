import Domain
import Testing

@testable import Storage

private let day: Int64 = 86_400_000

@Suite struct RunKeysTests {
    private let folder: TemporaryFolder
    private let retention = ResponseRetention(milliseconds: 2 * day, totalBytes: 1_000)
    private let ledger: Ledger

    init() async throws {
        folder = try TemporaryFolder()
        ledger = try Self.open(folder, retention)
        _ = try await ledger.post(
            Posting(
                organization: "acme", amount: NanoCredits(1_000), idempotencyKey: "k", actor: "", note: "", time: 1))
    }

    private static func open(
        _ folder: TemporaryFolder, _ retention: ResponseRetention, durability: Writer.Durability = .strict
    ) throws -> Ledger {
        try Ledger(
            folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20), durability: durability,
            retention: retention)
    }

    private func key(_ name: UInt8, token: String = "tok_1", request: UInt8 = 0) throws -> RunKey {
        func digest(_ byte: UInt8) -> Digest? { [UInt8](repeating: byte, count: 32).withUnsafeBytes { Digest($0) } }
        return RunKey(tokenID: token, key: try #require(digest(name)), request: try #require(digest(request)))
    }

    private func run(_ number: UInt64, at time: Int64 = 0) -> RunRecord {
        var run = StorageTests.run(number)
        run.startedAt = time
        return run
    }

    private func end(
        cost: Int64 = 3, output: Int64 = 2, outcome: RunEnd.Outcome = .succeeded, at time: Int64 = 0
    ) -> RunEnd {
        RunEnd(
            outcome: outcome,
            attempts: [
                RunAttempt(usage: MeteredUsage(Usage(output: output), isEstimated: false), cost: NanoCredits(cost))
            ], endedAt: time)
    }

    private func response(_ count: Int = 10) -> KeptResponse {
        KeptResponse(
            status: 200, isStreamed: true, headers: [.init(name: "content-type", value: "text/event-stream")],
            body: [UInt8](repeating: 65, count: count))
    }

    private func make(_ number: UInt64, _ key: RunKey, _ response: KeptResponse?, at time: Int64 = 0) async throws {
        #expect(try await ledger.hold(run(number, at: time), under: key) == .held(NanoCredits(10)))
        let result = try await ledger.settle(run(number).id, end(at: time), KeyedEnd(key: key, response: response))
        guard case .settled = result else {
            Issue.record("not settled")
            return
        }
    }

    private func isClean(_ ledger: Ledger? = nil) throws -> Bool {
        for chunk in [1, 3, 10_000] {
            guard case .clean = try LedgerAudit.verify(ledger ?? self.ledger, chunk: chunk) else { return false }
        }
        return true
    }

    @Test func aKeyHasOneRunAndKeepsItsResponse() async throws {
        let key = try key(1)
        #expect(try await ledger.earlierRun(key, at: 0) == nil)
        try await make(1, key, response())
        let earlier = try #require(try await ledger.earlierRun(key, at: 1))
        #expect(earlier.id == run(1).id && earlier.response == response() && earlier.request == key.request)
        #expect(earlier.record?.end?.cost == NanoCredits(3))
        #expect(try await ledger.hold(run(2), under: key) == .repeated(earlier))
        #expect(try ledger.run(run(2).id) == nil)
        #expect(try ledger.balance("acme").held == .zero)
        #expect(try isClean())
    }

    @Test func aKeyIsOfOneTokenAndOfOneRequest() async throws {
        try await make(1, try key(1), response())
        #expect(try await ledger.earlierRun(try key(1, token: "tok_2"), at: 0) == nil)
        #expect(try await ledger.earlierRun(try key(2), at: 0) == nil)
        let other = try #require(try await ledger.earlierRun(try key(1, request: 9), at: 0))
        let first = try key(1)
        #expect(other.id == run(1).id && other.request == first.request && other.response == nil)
        guard case .repeated(let earlier) = try await ledger.hold(run(2), under: try key(1, request: 9)) else {
            Issue.record("held")
            return
        }
        #expect(earlier == other)
    }

    /// A hundred requests at once under ten keys: ten holds.
    @Test func ofManyAtOnceOneGetsTheHold() async throws {
        let ledger = ledger
        let keys = try (0..<10 as Range<UInt8>).map { try key($0) }
        let held = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 as Range<UInt64> {
                let (run, key) = (run(number + 1), keys[Int(number % 10)])
                group.addTask { try await ledger.hold(run, under: key) == .held(NanoCredits(10)) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(held == 10)
        #expect(try ledger.balance("acme").held == NanoCredits(100))
        #expect(try ledger.openRuns().count == 10)
        #expect(try isClean())
    }

    @Test func aRefusedHoldTakesNoKey() async throws {
        let key = try key(1)
        var dear = run(1)
        dear.hold = NanoCredits(5_000)
        guard case .insufficient = try await ledger.hold(dear, under: key) else {
            Issue.record("not refused")
            return
        }
        #expect(try await ledger.earlierRun(key, at: 0) == nil)
        #expect(try await ledger.hold(run(1), under: key) == .held(NanoCredits(10)))
    }

    struct Failure: Sendable {
        var cost: Int64
        var output: Int64
        var outcome = RunEnd.Outcome.failed
        var isForgotten: Bool
    }

    /// What nobody paid for may be tried again; what anybody paid for is not.
    @Test(arguments: [
        Failure(cost: 0, output: 0, isForgotten: true), Failure(cost: 1, output: 0, isForgotten: false),
        Failure(cost: 0, output: 1, isForgotten: false),
        Failure(cost: 0, output: 0, outcome: .succeeded, isForgotten: false),
    ])
    func onlyAFailureWithoutATraceFreesItsKey(_ failure: Failure) async throws {
        let key = try key(1)
        #expect(try await ledger.hold(run(1), under: key) == .held(NanoCredits(10)))
        let end = end(cost: failure.cost, output: failure.output, outcome: failure.outcome)
        _ = try await ledger.settle(run(1).id, end, KeyedEnd(key: key, response: response()))
        let earlier = try await ledger.earlierRun(key, at: 0)
        #expect((earlier == nil) == failure.isForgotten)
        #expect((earlier?.response == response()) == !failure.isForgotten)
        let second = try await ledger.hold(run(2), under: key)
        #expect((second == .held(NanoCredits(10))) == failure.isForgotten)
        #expect(try isClean())
    }

    /// The process ends between the hold and the settle.
    @Test func aCrashLeavesTheKeyWithTheInterruptedRun() async throws {
        let key = try key(1)
        #expect(try await ledger.hold(run(1), under: key) == .held(NanoCredits(10)))
        #expect(try await ledger.earlierRun(key, at: 0)?.record?.end == nil)
        await ledger.close()
        let copy = try TemporaryFolder()
        try copy.copyLedger(from: folder)
        let reopened = try Self.open(copy, retention)
        #expect(try await reopened.closeInterrupted(at: 5) == 1)
        let earlier = try #require(try await reopened.earlierRun(key, at: 5))
        #expect(earlier.id == run(1).id && earlier.record?.end?.outcome == .interrupted && earlier.response == nil)
        #expect(try await reopened.hold(run(2), under: key) == .repeated(earlier))
        #expect(try isClean(reopened))
        await reopened.close()
    }

    @Test func aResponseExpiresAndThenItsKey() async throws {
        let key = try key(1)
        try await make(1, key, response(), at: 100)
        #expect(try await ledger.earlierRun(key, at: 2 * day + 99)?.response == response())
        #expect(try await ledger.earlierRun(key, at: 2 * day + 100) == nil)
        // Whoever comes before the sweep gets a new run, and nothing of the old is left.
        #expect(try await ledger.hold(run(2, at: 2 * day + 100), under: key) == .held(NanoCredits(10)))
        #expect(try ledger.keptResponseBytes() == 0)
        #expect(try isClean())
    }

    /// Without any response kept the key still stands for a day.
    @Test func aKeyOutlivesAResponseKeptShortly() async throws {
        await ledger.close()
        let copy = try TemporaryFolder()
        try copy.copyLedger(from: folder)
        for milliseconds in [0, 1_000] as [Int64] {
            let short = try Self.open(copy, ResponseRetention(milliseconds: milliseconds))
            let (key, number) = (try key(UInt8(milliseconds / 1_000)), UInt64(milliseconds + 1))
            #expect(try await short.hold(run(number), under: key) == .held(NanoCredits(10)))
            _ = try await short.settle(run(number).id, end(), KeyedEnd(key: key, response: response()))
            let soon = try await short.earlierRun(key, at: 999)
            #expect(soon?.id == run(number).id && (soon?.response != nil) == (milliseconds > 0))
            let late = try await short.earlierRun(key, at: day - 1)
            #expect(late?.id == run(number).id && late?.response == nil)
            #expect(try await short.earlierRun(key, at: day) == nil)
            await short.close()
        }
    }

    @Test func theSweepDeletesAFewAtATimeAndNoneOfOpenRuns() async throws {
        for number in 1...7 as ClosedRange<UInt64> {
            try await make(number, try key(UInt8(number)), response(), at: Int64(number))
        }
        let open = try key(99)
        #expect(try await ledger.hold(run(8), under: open) == .held(NanoCredits(10)))
        #expect(try await !ledger.forgetExpired(at: 2 * day))
        #expect(try await ledger.forgetExpired(at: 2 * day + 5, limit: 2))
        #expect(try await ledger.forgetExpired(at: 2 * day + 5, limit: 2))
        #expect(try await !ledger.forgetExpired(at: 2 * day + 5, limit: 2))
        for number in 1...7 as ClosedRange<UInt8> {
            let earlier = try await ledger.earlierRun(try key(number), at: 0)
            #expect((earlier?.response == response()) == (number > 5) && (earlier == nil) == (number <= 5))
        }
        #expect(try isClean())
        while try await ledger.forgetExpired(at: 100 * day) {}
        #expect(try ledger.keptResponseBytes() == 0)
        #expect(try await ledger.earlierRun(open, at: 100 * day)?.id == run(8).id)
        #expect(try isClean())
    }

    /// The oldest go first, a response larger than all may be is not kept, and the sum is never above its bound.
    @Test func responsesTakeNoMoreThanTheyMay() async throws {
        for number in 1...6 as ClosedRange<UInt64> {
            try await make(number, try key(UInt8(number)), response(300))
            #expect(try ledger.keptResponseBytes() <= 1_000)
            #expect(try isClean())
        }
        for number in 1...6 as ClosedRange<UInt8> {
            let earlier = try await ledger.earlierRun(try key(number), at: 0)
            #expect(earlier?.id == run(UInt64(number)).id && (earlier?.response != nil) == (number > 4))
        }
        try await make(7, try key(7), response(2_000))
        #expect(try await ledger.earlierRun(try key(7), at: 0)?.response == nil)
        #expect(try await ledger.earlierRun(try key(6), at: 0)?.response != nil)
    }

    /// What one settle may push out is bounded; a response for which that is not enough is not kept.
    @Test func oneSettleDeletesOnlySoMany() async throws {
        await ledger.close()
        let copy = try TemporaryFolder()
        try copy.copyLedger(from: folder)
        let roomy = try Self.open(copy, ResponseRetention(totalBytes: 8_000))
        func make(_ number: UInt64, _ count: Int) async throws -> Bool {
            let key = try key(UInt8(number))
            #expect(try await roomy.hold(run(number), under: key) == .held(NanoCredits(10)))
            _ = try await roomy.settle(run(number).id, end(), KeyedEnd(key: key, response: response(count)))
            return try await roomy.earlierRun(key, at: 0)?.response != nil
        }
        for number in 1...70 as ClosedRange<UInt64> { #expect(try await make(number, 10)) }
        let before = try roomy.keptResponseBytes()
        #expect(try await !make(71, 7_000))
        #expect(try roomy.keptResponseBytes() == before / 70 * (70 - RunKeys.mostPushedOut))
        #expect(try await make(72, 6_000))
        #expect(try isClean(roomy))
        await roomy.close()
    }

    /// Relaxed: what was answered is found before it is committed.
    @Test func whatIsNotYetCommittedIsFound() async throws {
        await ledger.close()
        let copy = try TemporaryFolder()
        try copy.copyLedger(from: folder)
        let relaxed = try Self.open(copy, retention, durability: .relaxed(milliseconds: 10_000))
        let key = try key(1)
        #expect(try await relaxed.hold(run(1), under: key) == .held(NanoCredits(10)))
        _ = try await relaxed.settle(run(1).id, end(), KeyedEnd(key: key, response: response()))
        #expect(try relaxed.run(run(1).id) == nil, "it is committed already")
        #expect(try await relaxed.earlierRun(key, at: 0)?.response == response())
        await relaxed.close()
    }

    // MARK: the audit

    private func damage(_ body: (borrowing WriteTransaction, LedgerTables) throws -> Void) throws {
        let transaction = try WriteTransaction(ledger.environment)
        try body(transaction, ledger.tables)
        try transaction.commit()
    }

    enum Damage: CaseIterable { case keyGone, keyOfAnother, unnamed, runGone, stray, sum, responseGone, unreadable }

    @Test(arguments: Damage.allCases) func damageIsFound(_ kind: Damage) async throws {
        for number in 1...3 as ClosedRange<UInt64> {
            try await make(number, try key(UInt8(number)), response())
        }
        #expect(try isClean())
        let place = try key(2).name.place
        let id = run(2).id
        try damage { transaction, tables in
            switch kind {
            case .keyGone: try transaction.delete(tables.runKeys, place)
            case .keyOfAnother:
                let row = RunKeyRow(run: run(3).id, request: try key(2).request, heldAt: 0)
                try transaction.put(tables.runKeys, place, row.encoded)
            case .unnamed: try transaction.delete(tables.runKeysByRun, Key(id))
            case .runGone: try transaction.put(tables.runKeysByRun, Key(run(9).id), place.bytes)
            case .stray: try transaction.put(tables.runResponses, Key(run(9).id), [1])
            case .sum: try transaction.put(tables.meta, RunKeys.totalBytes, Key(UInt64(5)).bytes)
            case .unreadable: try transaction.put(tables.runResponses, Key(id), [1])
            case .responseGone: try transaction.delete(tables.runResponses, Key(id))
            }
        }
        #expect(try !isClean())
    }
}
