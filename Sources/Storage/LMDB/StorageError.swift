import CLMDB
import Glibc

/// A failure of the store. It never carries a key or a value.
package struct StorageError: Error, Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// No room: the disk, or the reserved map.
        case full
        /// A record or a file that is not what we write.
        case corrupt
        /// The folder cannot be opened: missing, not writable, in use, of another format.
        case unavailable
        /// Too much is waiting to be written.
        case overloaded
        /// The store is shutting down.
        case closed
        /// The store writes nothing more until the process starts anew.
        case broken
        /// Anything else LMDB or the system said.
        case failed
    }

    package var kind: Kind
    /// What was being done: a constant.
    package var operation: StaticString
    /// LMDB's or errno's code; 0 where there is none.
    package var code: Int32
    /// Why the folder was not opened, where it was not.
    package var refusal: StoreRefusal?

    package init(_ kind: Kind, _ operation: StaticString, code: Int32 = 0) {
        self.kind = kind
        self.operation = operation
        self.code = code
    }

    init(_ reason: StoreRefusal.Reason, _ path: String) {
        let refusal = StoreRefusal(reason: reason, path: path)
        self.init(refusal.kind, "open store")
        self.refusal = refusal
    }

    /// What errno means for a folder or file that is to be opened.
    init(opening path: String, code: Int32) {
        switch code {
        case EACCES, EPERM: self.init(.notWritable, path)
        case EROFS: self.init(.readOnlyFileSystem, path)
        case ENOENT: self.init(.missing, path)
        case ENOSPC, EDQUOT: self.init(.full, "open folder", code: code)
        case _: self.init(.unavailable, "open folder", code: code)
        }
    }

    init(code: Int32, _ operation: StaticString) {
        let kind: Kind =
            switch code {
            case MDB_MAP_FULL, ENOSPC, EDQUOT: .full
            case MDB_PANIC: .broken
            case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH: .corrupt
            case ENOENT, EACCES, EROFS, EBUSY, EAGAIN: .unavailable
            case _: .failed
            }
        self.init(kind, operation, code: code)
    }

    /// Whether the same change may succeed later: there was no room, or the disk failed. A change that ends work is then
    /// kept and tried again.
    package var isRetried: Bool { kind == .full || (code > 0 && code != EINVAL) }

    /// Whether it tells of damage, met while a store was read that could be opened.
    package var isDamage: Bool {
        switch kind {
        case .corrupt: true
        // A lack of memory or of reader slots is none.
        case .failed: code == EIO || (code < 0 && code != MDB_READERS_FULL)
        case .full, .unavailable, .overloaded, .closed, .broken: false
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.kind == right.kind && left.code == right.code && left.refusal == right.refusal
            && left.operation.description == right.operation.description
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(code)
    }
}

extension StorageError: CustomStringConvertible {
    package var description: String {
        if let refusal { return refusal.description }
        let reason = code == 0 ? "" : unsafe ": \(String(cString: mdb_strerror(code)))"
        return "storage \(kind.rawValue) in \(operation)\(reason)"
    }
}

/// Throws what a result other than success means.
func check(_ code: Int32, _ operation: StaticString) throws(StorageError) {
    guard code == MDB_SUCCESS else { throw StorageError(code: code, operation) }
}
