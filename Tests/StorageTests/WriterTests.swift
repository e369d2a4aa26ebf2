import Domain
import Synchronization
import Testing

@testable import Storage

@Suite struct WriterTests {
    private let folder: TemporaryFolder
    private let environment: Environment
    private let table: Table

    init() throws {
        folder = try TemporaryFolder()
        environment = try Environment(folder: folder.path + "/store", settings: .init(mapBytes: 1 << 20))
        table = try Format.open([Format.table, "t"], format: 1, in: environment)[1]
    }

    private func count() throws -> Int {
        try environment.read { transaction throws(StorageError) in try transaction.count(table) }
    }

    private static let durabilities: [Writer.Durability] = [.strict, .relaxed(milliseconds: 5)]

    @Test(arguments: durabilities) func everyChangeIsAppliedOnce(_ durability: Writer.Durability) async throws {
        let writer = try Writer(environment, name: "test", durability: durability, maximumBatch: 16)
        let table = table
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 as Range<UInt64> {
                group.addTask {
                    let written = try await writer.perform { transaction throws(StorageError) in
                        try transaction.put(table, Key(number), [UInt8]())
                        return number
                    }
                    #expect(written == number)
                }
            }
            try await group.waitForAll()
        }
        await writer.close()
        #expect(try count() == 500)
    }

    /// A change that fails halfway leaves nothing, and its neighbours in the batch are kept.
    @Test(arguments: durabilities) func aFailureStaysAlone(_ durability: Writer.Durability) async throws {
        let writer = try Writer(environment, name: "test", durability: durability, maximumBatch: 64)
        let table = table
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 as Range<UInt64> {
                group.addTask {
                    do throws(StorageError) {
                        try await writer.perform { transaction throws(StorageError) in
                            try transaction.put(table, Key(number), [UInt8]())
                            if number.isMultiple(of: 10) { throw StorageError(.corrupt, "test") }
                        }
                        return false
                    } catch { return true }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        await writer.close()
        #expect(failures == 20)
        #expect(try count() == 180)
    }

    @Test func aFullMapFailsTheChangeAndNotTheNext() async throws {
        let writer = try Writer(environment, name: "test", maximumBatch: 8)
        let table = table
        let error = await #expect(throws: StorageError.self) {
            try await writer.perform { transaction throws(StorageError) in
                try transaction.put(table, Key("large"), [UInt8](repeating: 1, count: 2 << 20))
            }
        }
        #expect(error?.kind == .full)
        try await writer.perform { transaction throws(StorageError) in try transaction.put(table, Key("small"), [1]) }
        await writer.close()
        #expect(try count() == 1)
    }

    /// However they race with the close: what was answered as written is there, and the rest was refused.
    @Test(.timeLimit(.minutes(15)), arguments: durabilities)
    func whatRacesWithTheCloseIsAnswered(_ durability: Writer.Durability) async throws {
        let table = table
        var applied = 0
        for round in 0..<300 as Range<UInt64> {
            let writer = try Writer(environment, name: "test", durability: durability, maximumBatch: 4)
            applied += await withTaskGroup(of: Int.self) { group in
                for number in 0..<8 as Range<UInt64> {
                    group.addTask {
                        do throws(StorageError) {
                            try await writer.perform(number.isMultiple(of: 2) ? .newWork : .endsWork) {
                                transaction throws(StorageError) in
                                try transaction.put(table, Key(round * 8 + number), [UInt8]())
                            }
                            return 1
                        } catch {
                            #expect(error.kind == .closed)
                            return 0
                        }
                    }
                }
                group.addTask {
                    #expect(await writer.close() == 0)
                    return 0
                }
                return await group.reduce(0, +)
            }
        }
        #expect(try count() == applied)
    }

    @Test func aClosedWriterRefuses() async throws {
        let writer = try Writer(environment, name: "test", maximumBatch: 8)
        await writer.close()
        await writer.close()
        let error = await #expect(throws: StorageError.self) { try await writer.perform { _ in } }
        #expect(error?.kind == .closed)
    }
}
