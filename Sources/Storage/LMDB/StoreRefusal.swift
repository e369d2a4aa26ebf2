/// Why a folder is not opened. Its data are as they were; the lock file may have been made.
package struct StoreRefusal: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// There is no store, and the caller did not ask for a new one.
        case missing
        case inUse
        /// Permissions forbid writing.
        case notWritable
        case readOnlyFileSystem
        /// A network file system, by name: LMDB's map and locks do not hold on it.
        case network(String)
        /// A data file of no bytes.
        case empty
        /// Not LMDB's file, or one of another program.
        case foreign
        /// A meta page that is not what LMDB writes.
        case damaged
        /// LMDB's own file format, which changes between its major versions.
        case otherFileVersion(UInt32)
        /// Fewer bytes than its meta page counts.
        case cutShort(bytes: Int, needed: Int)
        /// `map_bytes` is below what is in use.
        case mapTooSmall(mapBytes: Int, needed: Int)
        /// The layout of our tables.
        case otherFormat(found: UInt64, ours: UInt64)
    }

    package var reason: Reason
    /// The folder or the file it is about.
    package var path: String
}

extension StoreRefusal: CustomStringConvertible {
    private static let restore = "restore it from a backup (docs/operations.md, Restore)"

    /// What is wrong, and how to mend it, in one line.
    package var description: String { "\(path): \(text)" }

    private var text: String {
        switch reason {
        case .missing: "there is no store: `tollgate init` makes one; if there was one, restore it from a backup"
        case .inUse: "another process has it; stop that one, or choose another data folder"
        case .notWritable: "this user may not write it; run `chown -R` on the data folder, or run as its owner"
        case .readOnlyFileSystem: "the file system is read-only; remount it, or choose another data folder"
        case .network(let name):
            "is on a network file system (\(name)), where the store is not safe; choose a data folder on a local disk"
        case .empty: "is empty; \(Self.restore), or, if this folder was never used, remove the file"
        case .foreign: "is not a store of this program; choose another data folder, or \(Self.restore)"
        case .damaged: "is damaged in its first pages; \(Self.restore)"
        case .otherFileVersion(let version):
            "has LMDB's file format \(version), and this program reads 1; use the program that wrote it"
        case .cutShort(let bytes, let needed):
            "is cut short: it has \(bytes) bytes and needs \(needed); \(Self.restore)"
        case .mapTooSmall(let mapBytes, let needed):
            "holds \(needed) bytes, and map_bytes is \(mapBytes): raise this store's map_bytes in the configuration"
        case .otherFormat(let found, let ours):
            found > ours
                ? "has format \(found), and this program knows up to \(ours): use a newer program"
                : "has format \(found), which this program, of format \(ours), does not read: use an older program"
        }
    }

    var kind: StorageError.Kind {
        switch reason {
        case .empty, .foreign, .damaged, .cutShort: .corrupt
        case .missing, .inUse, .notWritable, .readOnlyFileSystem, .network, .otherFileVersion, .mapTooSmall,
            .otherFormat:
            .unavailable
        }
    }
}
