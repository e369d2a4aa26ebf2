import Glibc

/// LMDB's data file, read before it is mapped: LMDB checks little of it, and a file shorter than its meta pages say
/// kills the process with SIGBUS. The layout is that of LMDB 0.9 (`MDB_page`, `MDB_meta` in its mdb.c), 64 bit,
/// little-endian.
struct DataFile: ~Copyable {
    /// One of the two pages at the file's beginning; the one of the newer transaction counts.
    struct Meta: Hashable {
        var pageBytes: Int
        /// The number of the last page in use; the first is 0.
        var lastPage: UInt64
        var transaction: UInt64
        /// The root of the table of free pages; nil: it is empty.
        var freeRoot: UInt64?
        var mainRoot: UInt64?

        /// Bytes of the file that are in use; nil where that cannot be.
        var usedBytes: Int? {
            guard lastPage < 1 << 47 else { return nil }
            let (bytes, overflow) = Int(lastPage + 1).multipliedReportingOverflow(by: pageBytes)
            return overflow ? nil : bytes
        }
    }

    static let name = "data.mdb"
    private static let headBytes = 16
    private static let metaBytes = 136
    private static let magic: UInt32 = 0xBEEF_C0DE
    private static let version: UInt32 = 1
    private static let metaFlag: UInt16 = 0x08

    let path: String
    let byteCount: Int
    private let descriptor: Int32

    /// Nil where there is no file.
    /// - Parameter isRead: only; else a file that may not be written is refused.
    init?(folder: String, isRead: Bool = false) throws(StorageError) {
        let path = folder + "/" + Self.name
        let descriptor = unsafe open(path, (isRead ? O_RDONLY : O_RDWR) | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw StorageError(opening: path, code: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw StorageError(opening: path, code: code)
        }
        self.path = path
        byteCount = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    /// Throws why the file cannot be mapped safely, with so much address space.
    borrowing func check(mapBytes: Int) throws(StorageError) {
        let meta = try meta()
        guard let used = meta.usedBytes else { throw StorageError(.damaged, path) }
        for root in [meta.freeRoot, meta.mainRoot] where (root ?? 0) > meta.lastPage {
            throw StorageError(.damaged, path)
        }
        // A page that was given out and let go within one transaction is counted and never written.
        guard byteCount >= used || endsInFreePages(meta) else {
            throw StorageError(.cutShort(bytes: byteCount, needed: used), path)
        }
        guard used <= mapBytes else { throw StorageError(.mapTooSmall(mapBytes: mapBytes, needed: used), path) }
    }

    /// The same, while the file's owner may write it: what is found against a file that has changed meanwhile is looked
    /// for again.
    static func checkBesideOwner(folder: String, mapBytes: Int) throws(StorageError) {
        var seen: (bytes: Int, transaction: UInt64?)?
        for triesLeft in (0..<50).reversed() {
            guard let file = try DataFile(folder: folder, isRead: true) else { throw StorageError(.missing, folder) }
            do throws(StorageError) {
                try file.check(mapBytes: mapBytes)
                return
            } catch {
                let now = (bytes: file.byteCount, transaction: (try? file.meta())?.transaction)
                if triesLeft == 0 { throw error }
                if let seen, seen == now { throw error }
                seen = now
            }
        }
    }

    /// The meta page that counts. LMDB opens no file of which either is damaged.
    borrowing func meta() throws(StorageError) -> Meta {
        guard byteCount > 0 else { throw StorageError(.empty, path) }
        let first: Meta
        do throws(StorageError) {
            first = try meta(at: 0)
        } catch {
            // With our mark on the second page it is a damaged store, else it never was one.
            guard error.refusal?.reason == .foreign else { throw error }
            for offset in [4_096, 16_384, 65_536] where (try? meta(at: offset)) != nil {
                throw StorageError(.damaged, path)
            }
            throw isZeroed() ? StorageError(.damaged, path) : error
        }
        guard byteCount >= 2 * first.pageBytes else {
            throw StorageError(.cutShort(bytes: byteCount, needed: first.usedBytes ?? 2 * first.pageBytes), path)
        }
        guard let second = try? meta(at: first.pageBytes), second.pageBytes == first.pageBytes else {
            throw StorageError(.damaged, path)
        }
        return first.transaction < second.transaction ? second : first
    }

    private borrowing func meta(at offset: Int) throws(StorageError) -> Meta {
        guard let page = read(at: offset, count: Self.headBytes + Self.metaBytes) else {
            throw StorageError(.foreign, path)
        }
        func member<T: FixedWidthInteger>(_ offset: Int, _: T.Type = T.self) -> T { page[Self.headBytes + offset] }
        guard member(0, UInt32.self) == Self.magic else { throw StorageError(.foreign, path) }
        let version = member(4, UInt32.self)
        guard version == Self.version else { throw StorageError(.otherFileVersion(version), path) }
        let pageBytes = Int(member(24, UInt32.self))
        guard page.flags & Self.metaFlag != 0, (256...65_536).contains(pageBytes), pageBytes.nonzeroBitCount == 1
        else { throw StorageError(.damaged, path) }
        func root(_ offset: Int) -> UInt64? {
            let root: UInt64 = member(offset)
            return root == .max ? nil : root
        }
        return Meta(
            pageBytes: pageBytes, lastPage: member(120), transaction: member(128), freeRoot: root(64),
            mainRoot: root(112))
    }

    private borrowing func isZeroed() -> Bool {
        guard let head = read(at: 0, count: min(byteCount, 4_096)) else { return false }
        return head.bytes.allSatisfy { $0 == 0 }
    }

    /// Nil where the file does not have so much.
    borrowing func read(at offset: Int, count: Int) -> FilePage? {
        guard count > 0, offset >= 0, count <= byteCount, offset <= byteCount - count else { return nil }
        var code = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // In bounds: the buffer has `count` bytes, and pread says how many of them it wrote.
            code = unsafe pread(descriptor, buffer.baseAddress, count, off_t(offset))
            initialized = max(code, 0)
        }
        return code == count ? FilePage(bytes: bytes) : nil
    }
}

/// A piece of the file that begins where a page does.
struct FilePage {
    let bytes: [UInt8]

    /// Little-endian. The caller keeps within the bytes.
    subscript<T: FixedWidthInteger>(_ offset: Int) -> T {
        var value: T = 0
        for index in (offset..<offset + MemoryLayout<T>.size).reversed() {
            value = value << 8 | T(truncatingIfNeeded: bytes[index])
        }
        return value
    }

    var flags: UInt16 { self[10] }
}
