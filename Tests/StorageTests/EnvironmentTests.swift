import Domain
import Glibc
import Testing

@testable import Storage

@Suite struct EnvironmentTests {
    private let folder: TemporaryFolder
    private let environment: Environment
    private let table: Table

    init() throws {
        folder = try TemporaryFolder()
        environment = try Environment(folder: folder.path + "/store", settings: .init(mapBytes: 1 << 20))
        table = try Format.open([Format.table, "t"], format: 1, in: environment)[1]
    }

    private func put(_ keys: [Key]) throws {
        let transaction = try WriteTransaction(environment)
        for key in keys { try transaction.put(table, key, [1]) }
        try transaction.commit()
    }

    private func scan(prefix: Key, from start: Key? = nil, backwards: Bool = false) throws -> [[UInt8]] {
        try environment.read { transaction throws(StorageError) in
            var found: [[UInt8]] = []
            try transaction.scan(table, prefix: prefix, from: start, backwards: backwards) { key, _ in
                found.append(key.withUnsafeBytes { Array($0) })
                return true
            }
            return found
        }
    }

    /// A descriptor closed twice is by then another one's.
    @Test func aFolderInUseClosesNoDescriptorTwice() async throws {
        let store = folder.path + "/store"
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<5_000 {
                    #expect(throws: StorageError.self) { try FolderLock(folder: store, makesFolder: false) }
                }
            }
            group.addTask {
                var lost = 0
                for _ in 0..<20_000 {
                    let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
                    if close(descriptor) != 0 { lost += 1 }
                }
                #expect(lost == 0)
            }
        }
    }

    @Test func aTransactionLetGoChangesNothing() throws {
        do {
            let transaction = try WriteTransaction(environment)
            try transaction.put(table, Key("a"), [1])
        }
        #expect(try environment.read { t throws(StorageError) in try t.value(table, Key("a")) } == nil)
        try put([Key("a")])
        #expect(try environment.read { t throws(StorageError) in try t.value(table, Key("a")) } == [1])
    }

    @Test func aReaderSeesTheNewestCommit() throws {
        let reader = try Reader(environment)
        #expect(try reader.read { s throws(StorageError) in try s.contains(table, Key("a")) } == false)
        try put([Key("a")])
        #expect(try reader.read { s throws(StorageError) in try s.contains(table, Key("a")) } == true)
    }

    @Test func scansKeepToTheirPrefixInBothDirections() throws {
        let keys = [Key("a"), Key("a", "1"), Key("a", "2"), Key("ab"), Key("b")]
        try put(keys)
        let ofA = [keys[0], keys[1], keys[2]].map(\.bytes)
        #expect(try scan(prefix: Key("a")) == ofA)
        #expect(try scan(prefix: Key("a"), backwards: true) == ofA.reversed())
        #expect(try scan(prefix: Key("a"), from: Key("a", "2")) == [keys[2].bytes])
        #expect(try scan(prefix: Key("a"), from: Key("a", "1"), backwards: true) == [keys[1].bytes, keys[0].bytes])
        #expect(try scan(prefix: Key("b"), backwards: true) == [keys[4].bytes])
        #expect(try scan(prefix: Key("c"), backwards: true).isEmpty)
        #expect(try scan(prefix: Key(), backwards: true).count == 5)
    }

    @Test func aFolderBelongsToOneProcess() {
        #expect(throws: StorageError.self) { try Environment(folder: folder.path + "/store") }
    }

    @Test func aFolderThatCannotBeMadeIsUnavailable() {
        let error = #expect(throws: StorageError.self) { try Environment(folder: "/proc/nothing/here") }
        #expect(error?.kind == .unavailable)
    }
}
