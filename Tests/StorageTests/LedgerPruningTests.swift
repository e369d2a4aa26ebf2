import Domain
import Generators
import Testing

@testable import Storage

/// A pruned ledger has the books of one that never was, at every moment of the prune, and so has what is restored of it.
@Suite struct LedgerPruningTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(
            folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20),
            retention: ResponseRetention(milliseconds: 0, totalBytes: 1_000))
    }

    // MARK: operations

    @discardableResult
    private func topUp(
        _ amount: Int64, _ key: String, at time: Int64, expiresAt: Int64? = nil
    ) async throws -> PostingResult {
        try await ledger.post(
            Posting(
                organization: "acme", amount: NanoCredits(amount), idempotencyKey: key, actor: "ann", note: "",
                time: time, expiresAt: expiresAt))
    }

    private func hold(_ number: UInt64, organization: String = "acme", at time: Int64) async throws -> Bool {
        var run = run(number, organization: organization)
        run.startedAt = time
        guard case .held = try await ledger.hold(run) else { return false }
        return true
    }

    private func settle(
        _ number: UInt64, cost: Int64, at time: Int64, outcome: RunEnd.Outcome = .succeeded
    ) async throws {
        let usage = MeteredUsage(Usage(uncachedInput: 1, output: cost), isEstimated: false)
        _ = try await ledger.settle(
            run(number).id,
            RunEnd(outcome: outcome, attempts: [RunAttempt(usage: usage, cost: NanoCredits(cost))], endedAt: time))
    }

    private func refund(_ number: UInt64, _ amount: Int64, _ key: String, at time: Int64) async throws -> PostingResult
    {
        try await ledger.post(
            Posting(
                .refund(run(number).id), organization: "acme", amount: NanoCredits(amount), idempotencyKey: key,
                actor: "", note: "", time: time))
    }

    /// 1: a top-up; 2 to 7: runs 1 to 3 held and settled, one after the other; 8, 9: holds of runs 4 and 5; 10: refund of run
    /// 1; 11, 12: runs 4 and 5 end, the second interrupted.
    private func fill() async throws {
        try await topUp(1_000, "k", at: 1)
        for number in 1...3 as ClosedRange<UInt64> {
            #expect(try await hold(number, at: Int64(number) * 10))
            try await settle(number, cost: 5, at: Int64(number) * 10 + 5)
        }
        #expect(try await hold(4, at: 40))
        #expect(try await hold(5, at: 41))
        guard case .added = try await refund(1, 2, "r", at: 42) else { throw StorageError(.failed, "refund") }
        try await settle(4, cost: 3, at: 43)
        try await settle(5, cost: 2, at: 44, outcome: .interrupted)
        #expect(try ledger.head().sequence == 12)
    }

    // MARK: prunes

    private func hash(of sequence: UInt64) throws -> Digest {
        try ledger.archivePage(after: sequence).get().segment.before.hash
    }

    private func mark(_ boundary: UInt64) async throws {
        let plan = try #require(try ledger.prunePlan(to: boundary, hash: try hash(of: boundary - 1)))
        #expect(try await ledger.apply(plan, archive: "attic", at: 99))
    }

    private func prune(_ boundary: UInt64) async throws {
        try await mark(boundary)
        while try await ledger.deletePruned() {}
    }

    private func report(_ ledger: Ledger, chunk: Int = 10_000) throws -> LedgerAudit.Report? {
        switch try LedgerAudit.verify(ledger, chunk: chunk) {
        case .clean(let report): return report
        case .fault(let sequence, let reason):
            Issue.record("entry \(sequence): \(reason)")
            return nil
        }
    }

    private func isClean() throws -> Bool {
        guard let outcome = try? LedgerAudit.verify(ledger) else { return false }
        if case .clean = outcome { return true }
        return false
    }

    /// All entries that are there, behind what is carried.
    private func segment(after: UInt64) throws -> ArchiveSegment {
        try ledger.archivePage(after: after, maximumBytes: .max).get().segment
    }

    private func replay(_ segment: ArchiveSegment, from books: CarriedBooks = CarriedBooks()) throws -> CarriedBooks {
        var replay = LedgerReplay(books)
        for record in segment.records { _ = try replay.take(replay.last + 1, record.span.bytes) }
        return replay.carried
    }

    private func carried() throws -> CarriedBooks {
        let segment = try #require(try ledger.carriedSegment(after: []))
        #expect(segment.isLast)
        return try CarriedBooks(segment.seal, segment.rows)
    }

    private func restored() async throws -> (TemporaryFolder, Ledger) {
        let folder = try TemporaryFolder()
        let new = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20))
        var first: UInt64 = 0
        if let segment = try ledger.carriedSegment(after: []) {
            try await new.restore(CarriedSegment(segment.encoded))
            first = segment.seal.head.sequence
        }
        try await new.restore(try ArchiveSegment(try segment(after: first).encoded))
        return (folder, new)
    }

    // MARK: tests

    @Test(arguments: 2...13 as ClosedRange<UInt64>)
    func everyBoundaryLeavesTheSameBooks(_ boundary: UInt64) async throws {
        try await fill()
        let whole = try segment(after: 0)
        let balance = try ledger.balance("acme")
        var usage: [DailyUsage] = []
        try ledger.usage("acme", days: 0...9) { usage.append($0) }
        try await mark(boundary)
        #expect(try report(ledger)?.entries == 13 - boundary)
        // A step is some 200 entries: all of these.
        while try await ledger.deletePruned() {}
        for chunk in [1, 3, 10_000] { #expect(try report(ledger, chunk: chunk)?.entries == 13 - boundary) }
        #expect(try ledger.balance("acme") == balance)
        var after: [DailyUsage] = []
        try ledger.usage("acme", days: 0...9) { after.append($0) }
        #expect(after == usage)
        #expect(try ledger.head() == whole.check(after: LedgerHead()))
        // Replayed from what is carried it comes to what it comes to from the start.
        var (pruned, full) = (try replay(segment(after: boundary - 1), from: try carried()), try replay(whole))
        (pruned.refunded, full.refunded) = ([:], [:])
        #expect(pruned == full)
        let (other, copy) = try await restored()
        #expect(try report(copy) == report(ledger))
        #expect(try copy.balance("acme") == balance)
        withExtendedLifetime(other) {}
    }

    @Test func whatWasPrunedIsGoneAndSaysWhere() async throws {
        try await fill()
        try await prune(9)
        #expect(try ledger.run(run(1).id) == nil)
        // Held before and ended after: its end has all of it.
        #expect(try ledger.run(run(4).id)?.end?.cost == NanoCredits(3))
        #expect(try await refund(1, 1, "again", at: 50) == .unknownRun)
        guard case .added = try await refund(4, 1, "four", at: 51) else {
            Issue.record("a run that is there can be refunded")
            return
        }
        #expect(try ledger.entries("acme", limit: 100).map(\.sequence).last == 9)
        let gone = EntriesMissing.pruned(first: 9, archive: "attic")
        #expect(try ledger.archivePage(after: 7) == .failure(gone))
        for after in [0, 7] as [UInt64] {
            guard case .failure(gone) = try ledger.page(after: after, limit: 10) else {
                Issue.record("entries behind \(after) are gone")
                return
            }
        }
        // The last that is gone is of the time 40.
        for filter in [EntryFilter(from: 1), EntryFilter(from: 40), EntryFilter(to: 50)] {
            guard case .failure(gone) = try ledger.page(filter, limit: 10) else {
                Issue.record("\(filter) may be of entries that are gone")
                return
            }
        }
        #expect(
            try ledger.page(EntryFilter(from: 41), limit: 100).get().entries.map(\.sequence) == [9, 10, 11, 12, 13])
        #expect(try ledger.page(limit: 100).get().entries.first?.sequence == 9)
        #expect(try report(ledger) != nil)
        // Its idempotency key is still known: nothing is posted twice.
        let balance = try ledger.balance("acme").balance
        #expect(try await topUp(7, "k", at: 60) == .archived(sequence: 1))
        #expect(try ledger.balance("acme").balance == balance)
        #expect(try report(ledger) != nil)
    }

    /// Between the mark and the last deletion: a run below the boundary is as gone as after it.
    @Test func atTheMarkRunsAreGone() async throws {
        try await fill()
        try await mark(9)
        #expect(try ledger.run(run(1).id) == nil)
        #expect(try await refund(1, 1, "again", at: 50) == .unknownRun)
        #expect(try report(ledger) != nil)
        #expect(try ledger.page(limit: 100).get().entries.first?.sequence == 9)
    }

    @Test func aRefundThatComesBeforeTheMarkIsCarriedOn() async throws {
        try await fill()
        let plan = try #require(try ledger.prunePlan(to: 6, hash: try hash(of: 5)))
        guard case .added = try await refund(2, 3, "late", at: 50) else {
            Issue.record("not refunded")
            return
        }
        #expect(try await ledger.apply(plan, archive: "attic", at: 99))
        while try await ledger.deletePruned() {}
        #expect(
            try carried().refunded == [
                run(1).id: .init(cost: NanoCredits(5), refunded: .zero),
                run(2).id: .init(cost: NanoCredits(5), refunded: .zero),
            ])
        #expect(try report(ledger) != nil)
        let (other, copy) = try await restored()
        #expect(try report(copy) == report(ledger))
        withExtendedLifetime(other) {}
        // Through a second prune.
        try await prune(11)
        #expect(
            try carried().refunded == [
                run(1).id: .init(cost: NanoCredits(5), refunded: NanoCredits(2)),
                run(2).id: .init(cost: NanoCredits(5), refunded: .zero),
            ])
        #expect(try report(ledger) != nil)
    }

    @Test func boundariesAreHeldBack() async throws {
        try await fill()
        #expect(try ledger.pruneBoundary(before: 21) == .init(first: 1, boundary: 5, limit: .time))
        #expect(try ledger.pruneBoundary(before: 1_000) == .init(first: 1, boundary: 13, limit: .time))
        #expect(try ledger.pruneBoundary(before: 0) == .init(first: 1, boundary: 1, limit: .time))
        _ = try await hold(6, at: 50)
        try await topUp(1, "later", at: 51)
        #expect(try ledger.pruneBoundary(before: 1_000) == .init(first: 1, boundary: 13, limit: .openRun))
        try await settle(6, cost: 1, at: 52)
        var keyed = run(7)
        keyed.startedAt = 53
        let key = RunKey(tokenID: "tok_1", key: digest(3), request: digest(4))
        #expect(try await ledger.hold(keyed, under: key) == .held(NanoCredits(10)))
        try await settle(7, cost: 1, at: 54)
        try await topUp(1, "last", at: 55)
        #expect(try ledger.pruneBoundary(before: 1_000) == .init(first: 1, boundary: 16, limit: .idempotencyKey))
        try await prune(16)
        #expect(try report(ledger)?.entries == 3)
        #expect(try await ledger.forgetExpired(at: 1 << 50) == false)
        #expect(try ledger.pruneBoundary(before: nil) == .init(first: 16, boundary: 19, limit: .time))
    }

    @Test func otherBooksAreNotPruned() async throws {
        try await fill()
        #expect(try ledger.prunePlan(to: 5, hash: digest(1)) == nil)
        #expect(try ledger.prunePlan(to: 99, hash: digest(1)) == nil)
        let first = try #require(try ledger.prunePlan(to: 5, hash: try hash(of: 4)))
        try await prune(7)
        // Its ledger is not this one any more.
        #expect(try await ledger.apply(first, archive: "attic", at: 99) == false)
        #expect(try ledger.firstEntry() == 7)
        #expect(try report(ledger) != nil)
    }

    private func damage(_ body: (borrowing WriteTransaction, LedgerTables) throws -> Void) throws {
        let transaction = try WriteTransaction(ledger.environment)
        try body(transaction, ledger.tables)
        try transaction.commit()
    }

    /// Rows and seal, every byte of a key and every bit of a value.
    @Test func everyFlippedBitOfWhatIsCarriedIsFound() async throws {
        try await fill()
        try await prune(9)
        var rows: [(table: Table, key: [UInt8], value: [UInt8])] = []
        try ledger.environment.read { transaction throws(StorageError) in
            try transaction.scan(ledger.tables.carried, prefix: Key()) { key, value throws(StorageError) in
                rows.append(
                    (ledger.tables.carried, key.withUnsafeBytes { Array($0) }, value.withUnsafeBytes { Array($0) }))
                return true
            }
        }
        #expect(rows.count == 5)
        let mark = try ledger.environment.read { transaction throws(StorageError) in
            try transaction.value(ledger.tables.meta, CarriedMark.key)
        }
        rows.append((ledger.tables.meta, CarriedMark.key.bytes, try #require(mark)))
        #expect(try isClean())
        // Each commit waits for the disk.
        try await OwnThread.run {
            for row in rows {
                for place in row.value.indices {
                    for bit in 0..<8 as Range<UInt8> {
                        var bad = row.value
                        bad[place] ^= 1 << bit
                        try damage { transaction, _ in try transaction.put(row.table, Key(bytes: row.key), bad) }
                        #expect(try !isClean(), "\(row.key) byte \(place) bit \(bit)")
                    }
                }
                try damage { transaction, _ in try transaction.delete(row.table, Key(bytes: row.key)) }
                #expect(try !isClean())
                try damage { transaction, _ in try transaction.put(row.table, Key(bytes: row.key), row.value) }
            }
        }
        #expect(try isClean())
    }

    /// A process that ends at any step of a prune leaves clean books, and the next one goes on.
    @Test func aPruneThatWasCutOffGoesOn() async throws {
        try await topUp(10_000_000, "k", at: 1)
        for number in 1...400 as ClosedRange<UInt64> {
            #expect(try await hold(number, at: Int64(number)))
            try await settle(number, cost: 1, at: Int64(number))
            if number.isMultiple(of: 50) { _ = try await refund(number, 1, "r\(number)", at: Int64(number)) }
        }
        let head = try ledger.head().sequence
        // Rows of a prune that never came to its mark.
        try damage { transaction, tables in
            try transaction.put(tables.carried, Key(bytes: Key(1).bytes + [9, 9]), [1])
            try transaction.put(tables.carried, Key(bytes: Key(7).bytes + [9, 9]), [1])
        }
        #expect(try isClean())
        try await mark(700)
        var steps = 0
        repeat {
            #expect(try report(ledger)?.entries == head - 699)
            // What another process finds.
            let copy = try TemporaryFolder()
            try copy.copyLedger(from: folder)
            let other = try Ledger(folder: copy.path + "/ledger", settings: .init(mapBytes: 64 << 20))
            #expect(try report(other)?.entries == head - 699)
            while try await other.deletePruned() {}
            #expect(try report(other)?.entries == head - 699)
            await other.close()
            steps += 1
        } while try await ledger.deletePruned()
        #expect(steps == 5)
        let rows = try ledger.environment.read { transaction throws(StorageError) in
            try transaction.count(ledger.tables.carried)
        }
        #expect(rows == Int(try #require(try ledger.carriedSegment(after: [])).seal.rows))
    }

    /// A prune that comes while the books are verified.
    @Test func anAuditBeginsAnewWhereAPruneComesBetween() async throws {
        try await fill()
        for pause in 0...14 {
            var audit = LedgerAudit(ledger.view, chunk: 1)
            var outcome: LedgerAudit.Outcome?
            for _ in 0..<pause where outcome == nil { outcome = try audit.step() }
            if pause == 5 { try await mark(4) }
            if pause == 7 { while try await ledger.deletePruned() {} }
            if pause == 9 { try await prune(9) }
            while outcome == nil { outcome = try audit.step() }
            guard case .clean = outcome else {
                Issue.record("\(pause): \(String(describing: outcome))")
                return
            }
        }
    }

    /// Any operations with prunes at any point: clean, and the books of all the entries that ever were.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func randomOperationsAndPrunesComeToTheSameBooks(_ seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var archive = ArchiveSegment()
        var open: [UInt64] = []
        var ended: [UInt64] = []
        for step in 1...300 as ClosedRange<UInt64> {
            let time = Int64(step) * 40_000_000 + Int64.random(in: -50_000_000...50_000_000, using: &generator)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0...1:
                let ends = Bool.random(using: &generator) ? max(0, time) + 400_000_000 : nil
                try await topUp(
                    Int64.random(in: 1...60, using: &generator), "\(step)", at: max(0, time), expiresAt: ends)
            case 2...5: if try await hold(step, at: max(0, time)) { open.append(step) }
            case 6...8:
                guard let place = open.indices.randomElement(using: &generator) else { continue }
                let number = open.remove(at: place)
                let outcome: RunEnd.Outcome = Int.random(in: 0..<4, using: &generator) == 0 ? .interrupted : .succeeded
                try await settle(
                    number, cost: Int64.random(in: 0...12, using: &generator), at: max(0, time), outcome: outcome)
                ended.append(number)
            case 9:
                guard let number = ended.randomElement(using: &generator) else { continue }
                _ = try await refund(number, Int64.random(in: 1...4, using: &generator), "r\(step)", at: max(0, time))
            case 10:
                _ = try await ledger.setTerms(
                    "acme", CreditTerms(overdraft: NanoCredits(Int64.random(in: 10...30, using: &generator))),
                    actor: "ann", time: max(0, time))
            case _:
                archive.records += try segment(after: archive.last).records
                let bounds = try ledger.pruneBoundary(before: max(0, time) - 1_000_000_000)
                guard bounds.boundary > bounds.first else { continue }
                let boundary = UInt64.random(in: bounds.first + 1...bounds.boundary, using: &generator)
                try await mark(boundary)
                if Bool.random(using: &generator) { #expect(try report(ledger) != nil) }
                while try await ledger.deletePruned() {}
                #expect(try report(ledger, chunk: 7) != nil)
            }
        }
        archive.records += try segment(after: archive.last).records
        let first = try ledger.firstEntry()
        #expect(first > 1)
        #expect(try report(ledger)?.openRuns == open.count)
        var (pruned, full) = (try replay(segment(after: first - 1), from: try carried()), try replay(archive))
        (pruned.refunded, full.refunded) = ([:], [:])
        #expect(pruned == full)
        #expect(try ledger.balance("acme") == full.balances["acme"])
        let (other, copy) = try await restored()
        #expect(try report(copy) == report(ledger))
        withExtendedLifetime(other) {}
    }
}
