import Foundation
import Testing

@testable import Storage

/// A store that is not as it should be is refused with a reason, and left as it is.
@Suite struct OpeningTests {
    private let folder: TemporaryFolder
    private let store: String
    private var file: String { store + "/" + DataFile.name }

    init() throws {
        folder = try TemporaryFolder()
        store = folder.path + "/ledger"
        try change { transaction, tables in
            let books = LedgerBooks(tables)
            _ = try transaction.post(
                books, Posting(organization: "acme", amount: .zero, idempotencyKey: "k", actor: "", note: "", time: 1))
            try books.batch.flush(transaction)
        }
    }

    /// Without a writer, whose thread would let go of the folder a moment later.
    private func change(_ body: (borrowing WriteTransaction, LedgerTables) throws -> Void) throws {
        let environment = try Environment(folder: store, settings: .init(mapBytes: 16 << 20))
        let tables = try LedgerTables(environment)
        let transaction = try WriteTransaction(environment)
        try body(transaction, tables)
        try transaction.commit()
    }

    private func usedBytes(_ folder: String) throws -> Int? { try DataFile(folder: folder)?.meta().usedBytes }

    private func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file))) }

    private func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: file)) }

    private func modified() throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
    }

    /// Refused, with the file's bytes and time as they were.
    private func refusal(mapBytes: Int = 16 << 20) throws -> StoreRefusal.Reason? {
        let (bytesBefore, modifiedBefore) = (try bytes(), try modified())
        let error = #expect(throws: StorageError.self) {
            try Ledger(folder: store, settings: .init(mapBytes: mapBytes, makesStore: false))
        }
        let (bytesAfter, modifiedAfter) = (try bytes(), try modified())
        #expect(bytesAfter == bytesBefore && modifiedAfter == modifiedBefore)
        #expect(error?.description.hasPrefix(store) == true)
        return error?.refusal?.reason
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var reason: StoreRefusal.Reason
        var apply: @Sendable (inout [UInt8]) -> Void
    }

    private static func overwriting(_ offset: Int, _ bytes: [UInt8]) -> @Sendable (inout [UInt8]) -> Void {
        { $0.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
    }

    static let damages: [Damage] = [
        Damage(testDescription: "no bytes", reason: .empty) { $0 = [] },
        Damage(testDescription: "another file", reason: .foreign) { $0 = Array("{\"not\":\"a store\"}".utf8) },
        Damage(testDescription: "another, larger file", reason: .foreign) { $0 = $0.map { $0 ^ 0x55 } },
        Damage(testDescription: "all zero", reason: .damaged) { $0 = $0.map { _ in 0 } },
        Damage(testDescription: "both meta pages zero", reason: .damaged) {
            $0.replaceSubrange(0..<8_192, with: repeatElement(0, count: 8_192))
        },
        Damage(testDescription: "first meta page zero", reason: .damaged) {
            $0.replaceSubrange(0..<4_096, with: repeatElement(0, count: 4_096))
        },
        Damage(testDescription: "first magic number", reason: .damaged, apply: overwriting(16, [1, 2, 3, 4])),
        Damage(testDescription: "second magic number", reason: .damaged, apply: overwriting(4_112, [1, 2, 3, 4])),
        Damage(testDescription: "page's kind", reason: .damaged, apply: overwriting(10, [2, 0])),
        Damage(testDescription: "page size", reason: .damaged, apply: overwriting(40, [1, 16, 0, 0])),
        Damage(testDescription: "file format", reason: .otherFileVersion(2), apply: overwriting(20, [2, 0, 0, 0])),
        Damage(testDescription: "root beyond the end", reason: .damaged) { bytes in
            for meta in [0, 4_096] { overwriting(meta + 16 + 112, [0, 0, 1, 0, 0, 0, 0, 0])(&bytes) }
        },
        Damage(testDescription: "impossible length", reason: .damaged) { bytes in
            for meta in [0, 4_096] { overwriting(meta + 16 + 120, [UInt8](repeating: 255, count: 8))(&bytes) }
        },
    ]

    @Test(arguments: damages) func damagedFilesAreRefused(_ damage: Damage) throws {
        var bytes = try bytes()
        damage.apply(&bytes)
        try write(bytes)
        #expect(try refusal() == damage.reason)
    }

    private static let metaPages = [0, 4_096]

    private static func number(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// A table of free pages, at page 2, of which every node names page 2, and a file that lacks its last page.
    private static func circle(_ flags: UInt16, _ node: [UInt8]) -> @Sendable (inout [UInt8]) -> Void {
        { bytes in
            for meta in metaPages {
                overwriting(meta + 16 + 120, number(UInt64(bytes.count / 4_096)))(&bytes)
                overwriting(meta + 16 + 64, number(2))(&bytes)
            }
            let page = 2 * 4_096
            let end = 16 + 2 * 1_000
            overwriting(page + 10, [UInt8(flags), 0, UInt8(end & 0xFF), UInt8(end >> 8)])(&bytes)
            for pointer in stride(from: 16, to: end, by: 2) { overwriting(page + pointer, [0xA0, 0x0F])(&bytes) }
            overwriting(page + 4_000, node)(&bytes)
        }
    }

    /// Free pages in a table of which every node of a page names the next page: a thousand million ways to its one leaf.
    private static func manyWays(_ bytes: inout [UInt8]) {
        let first = bytes.count / 4_096
        for meta in metaPages {
            overwriting(meta + 16 + 120, number(UInt64(first + 4)))(&bytes)
            overwriting(meta + 16 + 64, number(UInt64(first)))(&bytes)
        }
        for next in first + 1...first + 3 {
            var page = [UInt8](repeating: 0, count: 4_096)
            let end = 16 + 2 * 1_000
            overwriting(10, [1, 0, UInt8(end & 0xFF), UInt8(end >> 8)])(&page)
            for pointer in stride(from: 16, to: end, by: 2) { overwriting(pointer, [0xA0, 0x0F])(&page) }
            overwriting(4_000, [UInt8(next), 0, 0, 0, 0, 0, 0, 0])(&page)
            bytes += page
        }
        var leaf = [UInt8](repeating: 0, count: 4_096)
        overwriting(10, [2, 0, 16, 0])(&leaf)
        bytes += leaf
    }

    static let oddities: [Damage] = [
        Damage(testDescription: "many ways to one leaf", reason: .damaged, apply: manyWays),
        Damage(
            testDescription: "a branch of free pages that is its own", reason: .damaged,
            apply: circle(1, [2, 0, 0, 0, 0, 0, 0, 0])),
        Damage(
            testDescription: "a list of free pages in a page that is none", reason: .damaged,
            apply: circle(2, [8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])),
        Damage(
            testDescription: "a list of free pages beyond the page", reason: .damaged,
            apply: circle(2, [255, 255, 255, 255, 0, 0, 0, 0])),
        Damage(testDescription: "the longest file", reason: .damaged) { bytes in
            for meta in metaPages { overwriting(meta + 16 + 120, number(1 << 47 - 1))(&bytes) }
        },
    ]

    /// They end, and none is taken for whole.
    @Test(.timeLimit(.minutes(1)), arguments: oddities) func whatIsNotThereIsCutShort(_ damage: Damage) throws {
        var bytes = try bytes()
        damage.apply(&bytes)
        try write(bytes)
        guard case .cutShort? = try refusal() else {
            Issue.record("taken for whole")
            return
        }
    }

    /// More bytes than can be counted, with the largest pages.
    @Test func aLengthThatOverflowsIsRefused() throws {
        var meta = Array(try bytes().prefix(4_096))
        Self.overwriting(16 + 24, [0, 0, 1, 0])(&meta)
        Self.overwriting(16 + 120, Self.number(1 << 47 - 1))(&meta)
        meta += [UInt8](repeating: 0, count: 65_536 - meta.count)
        try write(meta + meta)
        #expect(try refusal() == .damaged)
    }

    @Test func aFileCutShortIsRefused() throws {
        let whole = try bytes()
        let used = try #require(try usedBytes(store))
        for count in [8_192, 8_193, whole.count / 8_192 * 4_096, used - 4_096, used - 1] {
            try write(Array(whole.prefix(count)))
            #expect(try refusal() == .cutShort(bytes: count, needed: used))
        }
        try write(Array(whole.prefix(4_096)))
        guard case .cutShort(4_096, _) = try refusal() else {
            Issue.record("the second meta page is missing")
            return
        }
        try write(Array(whole.prefix(100)))
        #expect(try refusal() == .foreign)
    }

    @Test func aMapSmallerThanTheFileIsRefused() throws {
        let count = try #require(try usedBytes(store))
        #expect(try refusal(mapBytes: count - 4_096) == .mapTooSmall(mapBytes: count - 4_096, needed: count))
        _ = try Environment(folder: store, settings: .init(mapBytes: count))
    }

    @Test func aNewerFormatIsRefused() throws {
        try change { try $0.put($1.meta, Format.key, Key(LedgerTables.format + 1).bytes) }
        #expect(try refusal() == .otherFormat(found: LedgerTables.format + 1, ours: LedgerTables.format))
    }

    @Test func anotherProgramsStoreIsRefused() throws {
        let other = folder.path + "/other"
        do {
            let environment = try Environment(folder: other, settings: .init(mapBytes: 16 << 20))
            let transaction = try WriteTransaction(environment)
            _ = try transaction.table(named: "theirs")
            try transaction.commit()
        }
        let error = #expect(throws: StorageError.self) { try Catalog(folder: other) }
        #expect(error?.refusal?.reason == .foreign)
    }

    @Test func aMissingStoreIsMadeOnlyWhereThatIsAsked() throws {
        let missing = folder.path + "/missing"
        let error = #expect(throws: StorageError.self) {
            try Environment(folder: missing, settings: .init(makesStore: false))
        }
        #expect(error?.refusal?.reason == .missing)
        #expect(!FileManager.default.fileExists(atPath: missing))
    }

    /// LMDB counts pages that it gave out and did not write, when the transaction let go of them.
    @Test func onlyFreePagesMayBeMissingAtTheEnd() throws {
        let path = folder.path + "/sparse"
        func large(_ body: (borrowing WriteTransaction, Table) throws -> Void) throws {
            let environment = try Environment(folder: path, settings: .init(mapBytes: 16 << 20))
            let table = try Format.open([Format.table, "t"], format: 1, in: environment)[1]
            let transaction = try WriteTransaction(environment)
            try body(transaction, table)
            try transaction.commit()
        }
        try large { try $0.put($1, Key("small"), [7]) }
        try large { try $0.put($1, Key("large"), [UInt8](repeating: 1, count: 40 * 4_096)) }
        try large { _ = try $0.delete($1, Key("large")) }
        // The pages of these come from those that the large value had, until the last in use are the free ones.
        for round in 0..<4 as Range<UInt8> { try large { try $0.put($1, Key("small"), [round]) } }
        let file = URL(filePath: path + "/" + DataFile.name)
        let whole = try Data(contentsOf: file)
        let used = try #require(try usedBytes(path))
        var shortest = used
        while shortest > 8_192 {
            try whole.prefix(shortest - 4_096).write(to: file)
            guard (try? DataFile(folder: path)?.check(mapBytes: 16 << 20)) != nil else { break }
            shortest -= 4_096
        }
        #expect(shortest < used && shortest > 8_192)
        // Whatever of the end could go, what is in use is there.
        try whole.prefix(shortest).write(to: file)
        let environment = try Environment(folder: path, settings: .init(mapBytes: 16 << 20))
        let table = try Format.open([Format.table, "t"], format: 1, in: environment)[1]
        #expect(try environment.read { t throws(StorageError) in try t.value(table, Key("small")) } == [3])
    }

    @Test(arguments: [
        (UInt32(0x6969), "NFS"), (0x517B, "SMB"), (0xFF53_4D42, "CIFS"), (0xFE53_4D42, "SMB2"), (0x0102_1997, "9p"),
        (0xEF53, nil), (0x0102_1994, nil), (0x5846_5342, nil), (0x9123_683E, nil), (0x794C_7630, nil),
    ])
    func networkFileSystemsAreKnown(_ type: UInt32, _ name: String?) {
        #expect(FileSystem.networkName(ofType: type) == name)
    }

    @Test func aFileSystemSaysItsTypeAndRoom() throws {
        #expect(FileSystem.type(at: store) == FileSystem.type(at: store + "/not there yet"))
        #expect(FileSystem.type(at: "/nowhere/at/all") == nil)
        #expect(FileSystem.networkName(ofType: try #require(FileSystem.type(at: "/proc"))) == nil)
        #expect(try #require(FileSystem.freeBytes(at: store)) > 0)
    }
}
