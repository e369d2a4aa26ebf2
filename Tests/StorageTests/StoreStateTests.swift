import Dispatch
import Domain
import Glibc
import NIOConcurrencyHelpers
import Testing

@testable import Storage

/// What a store takes, and what it keeps, when there is no room.
@Suite struct StoreStateTests {
    private let folder: TemporaryFolder
    private let environment: Environment
    private let table: Table
    /// LMDB's code after a fatal fault.
    private static let panic: Int32 = -30_795
    private static let mapFull: Int32 = -30_792

    init() throws {
        folder = try TemporaryFolder()
        environment = try Environment(folder: folder.path + "/store", settings: .init(mapBytes: 1 << 20))
        table = try Format.open([Format.table, "t"], format: 1, in: environment)[1]
    }

    /// A writer that tells its states.
    private func writer(
        _ durability: Writer.Durability = .strict, reserve: Int = 0
    ) throws -> (Writer, AsyncStream<StoreState>) {
        let (states, continuation) = AsyncStream.makeStream(of: StoreState.self)
        let writer = try Writer(
            environment, name: "test", durability: durability, maximumBatch: 16, reserve: Reserve(bytes: reserve),
            report: { continuation.yield($0) })
        return (writer, states)
    }

    /// A change that fails while the box has a code, and then puts the key with the count of what was there before.
    private func put(
        _ key: Key, on disk: NIOLockedValueBox<Int32?>
    ) -> @Sendable (borrowing WriteTransaction) throws(StorageError) -> Void {
        let table = table
        return { transaction throws(StorageError) in
            if let code = disk.withLockedValue({ $0 }) { throw StorageError(code: code, "test") }
            let count = try transaction.count(table)
            try transaction.put(table, key, [UInt8(count)])
        }
    }

    /// Fails so many times with the code, and then puts the key.
    private func put(
        _ key: Key, failing times: Int, code: Int32 = ENOSPC
    ) -> @Sendable (borrowing WriteTransaction) throws(StorageError) -> Void {
        let left = NIOLockedValueBox(times)
        let table = table
        return { transaction throws(StorageError) in
            let fails = left.withLockedValue { left in
                left -= 1
                return left >= 0
            }
            if fails { throw StorageError(code: code, "test") }
            try transaction.put(table, key, [UInt8]())
        }
    }

    private func value(_ key: Key) throws -> [UInt8]? {
        try environment.read { t throws(StorageError) in try t.value(table, key) }
    }

    @Test func belowTheReserveOnlyWhatEndsWorkIsTaken() async throws {
        let (writer, states) = try writer(reserve: .max)
        for await state in states {
            #expect(state == .diskNearlyFull)
            break
        }
        let error = await #expect(throws: StorageError.self) {
            try await writer.perform(.newWork, put(Key("new"), failing: 0))
        }
        #expect(error?.kind == .full)
        try await writer.perform(.endsWork, put(Key("end"), failing: 0))
        #expect(try value(Key("new")) == nil && value(Key("end")) != nil)
        let figures = writer.figures
        #expect(figures.state == .diskNearlyFull && figures.refused == 1 && figures.commits.count == 1)
        #expect(figures.mapBytes == 1 << 20 && figures.usedBytes > 0 && figures.diskFreeBytes > 0)
        #expect(await writer.close() == 0)
    }

    @Test(arguments: [
        (0, 0, 1_000, StoreState.writable), (100, 99, 0, .diskNearlyFull), (100, 100, 0, .writable),
        (100, 1_000, 901, .mapNearlyFull), (100, 1_000, 900, .writable), (1_000, 1_000, 876, .mapNearlyFull),
        (1_000, 1_000, 875, .writable),
    ])
    func theReserveIsOfDiskAndMap(_ reserve: Int, _ free: Int, _ used: Int, _ state: StoreState) {
        let room = Room(mapBytes: 1_000, usedBytes: used, diskFreeBytes: free)
        #expect(Reserve(bytes: reserve).state(room) == state)
    }

    /// Two that end work and cannot be written: their callers hear so, new work is refused, and both come, in order.
    @Test(arguments: [Writer.Durability.strict, .relaxed(milliseconds: 1)], [ENOSPC, EIO, EROFS])
    func whatEndsWorkIsKeptUntilItIsWritten(_ durability: Writer.Durability, _ code: Int32) async throws {
        let (writer, states) = try writer(durability)
        var seen = states.makeAsyncIterator()
        let disk = NIOLockedValueBox<Int32?>(code)
        let first = await #expect(throws: StorageError.self) {
            try await writer.perform(.endsWork, put(Key("a"), on: disk))
        }
        #expect(first?.isRetried == true)
        #expect(await seen.next() == .behind)
        let refused = await #expect(throws: StorageError.self) {
            try await writer.perform(.newWork, put(Key("new"), failing: 0))
        }
        #expect(refused?.kind == .full)
        await #expect(throws: StorageError.self) { try await writer.perform(.endsWork, put(Key("b"), on: disk)) }
        disk.withLockedValue { $0 = nil }
        #expect(await seen.next() == .writable)
        #expect(try value(Key("a")) == [0] && value(Key("b")) == [1])
        try await writer.perform(.newWork, put(Key("new"), failing: 0))
        #expect(writer.figures.pendingSettles == 0 && writer.figures.commits.failed >= 2)
        #expect(await writer.close() == 0)
    }

    @Test func closingTriesWhatIsPending() async throws {
        let (writer, _) = try writer()
        await #expect(throws: StorageError.self) {
            try await writer.perform(.endsWork, put(Key("a"), failing: 3))
        }
        #expect(await writer.close() == 0)
        #expect(try value(Key("a")) != nil)
    }

    /// What can never succeed is not tried for ever.
    @Test func aChangeThatIsWrongIsNotKept() async throws {
        let (writer, _) = try writer()
        let error = await #expect(throws: StorageError.self) {
            try await writer.perform(.endsWork) { _ throws(StorageError) in throw StorageError(.corrupt, "test") }
        }
        #expect(error?.isRetried == false)
        try await writer.perform(.newWork, put(Key("new"), failing: 0))
        #expect(writer.standing == .writable)
        #expect(await writer.close() == 0)
    }

    /// What waited when the fault came is not forgotten.
    @Test func aFatalFaultLosesWhatIsPending() async throws {
        let (writer, states) = try writer()
        var seen = states.makeAsyncIterator()
        let disk = NIOLockedValueBox<Int32?>(ENOSPC)
        for key in ["a", "b"] {
            await #expect(throws: StorageError.self) { try await writer.perform(.endsWork, put(Key(key), on: disk)) }
        }
        #expect(await seen.next() == .behind)
        disk.withLockedValue { $0 = Self.panic }
        #expect(await seen.next() == .broken)
        #expect(await writer.close() == 2)
        #expect(writer.figures.pendingSettles == 2)
    }

    /// A larger map is taken at a start only: the state says so.
    @Test func behindAFullMapSaysWhatHelps() async throws {
        let (writer, states) = try writer()
        var seen = states.makeAsyncIterator()
        let disk = NIOLockedValueBox<Int32?>(Self.mapFull)
        await #expect(throws: StorageError.self) { try await writer.perform(.endsWork, put(Key("a"), on: disk)) }
        let state = try #require(await seen.next())
        #expect(state == .behindFullMap && !state.takesNewWork)
        #expect(state.explanation.description.contains("a larger map_bytes and restart"))
        disk.withLockedValue { $0 = ENOSPC }
        #expect(await seen.next() == .behind)
        disk.withLockedValue { $0 = nil }
        #expect(await seen.next() == .writable)
        #expect(await writer.close() == 0)
    }

    /// A change that comes while the writer is about to end is answered before it does.
    @Test(.timeLimit(.minutes(15))) func aChangeJustBeforeTheCloseIsAnswered() async throws {
        let (writer, _) = try writer()
        let disk = NIOLockedValueBox<Int32?>(ENOSPC)
        let tries = NIOLockedValueBox(0)
        let (inRetry, inRetryContinuation) = AsyncStream.makeStream(of: Void.self)
        let goOn = DispatchSemaphore(value: 0)
        await #expect(throws: StorageError.self) {
            try await writer.perform(.endsWork) { _ throws(StorageError) in
                let number = tries.withLockedValue { tries in
                    tries += 1
                    return tries
                }
                // The second time, the writer has looked for changes already: it stays here until one is there, and the
                // close.
                if number == 2 {
                    inRetryContinuation.yield()
                    goOn.wait()
                }
                throw StorageError(code: number < 2 ? ENOSPC : Self.panic, "test")
            }
        }
        for await _ in inRetry { break }
        let change = put(Key("b"), on: disk)
        async let late: Void = writer.perform(.endsWork, change)
        while writer.figures.waiting == 0 { await Task.yield() }
        async let lost = writer.close()
        while !writer.state.withLockedValue({ $0.isClosed }) { await Task.yield() }
        goOn.signal()
        do {
            try await late
            Issue.record("written after a fatal fault")
        } catch { #expect((error as? StorageError)?.kind == .broken) }
        #expect(await lost == 2)
    }

    @Test func afterAFatalFaultNothingIsTaken() async throws {
        let (writer, states) = try writer()
        await #expect(throws: StorageError.self) {
            try await writer.perform(.endsWork, put(Key("a"), failing: 1, code: Self.panic))
        }
        for purpose in [Writer.Purpose.newWork, .endsWork] {
            let error = await #expect(throws: StorageError.self) {
                try await writer.perform(purpose, put(Key("b"), failing: 0))
            }
            #expect(error?.kind == .broken)
        }
        // Both that end work, the one that met the fault and the one after it.
        #expect(await writer.close() == 2)
        #expect(writer.figures.pendingSettles == 2)
        var seen: [StoreState] = []
        var iterator = states.makeAsyncIterator()
        if let state = await iterator.next() { seen.append(state) }
        #expect(seen == [.broken] && writer.standing == .broken)
        #expect(try value(Key("b")) == nil)
    }
}
