import CLMDB

/// A read transaction kept for one event loop, reset between uses and renewed for the next: no reader slot is taken
/// or given back on a request's way, and every use sees the newest commit.
///
/// Not Sendable: it belongs to its loop.
///
/// `@safe`: the handle lives as long as this object, and the environment, which it holds, longer.
@safe package final class Reader {
    private let environment: Environment
    private let handle: OpaquePointer

    package init(_ environment: Environment) throws(StorageError) {
        var handle: OpaquePointer?
        try unsafe check(mdb_txn_begin(environment.handle, nil, UInt32(MDB_RDONLY), &handle), "begin read")
        guard let handle = unsafe handle else { throw StorageError(.failed, "begin read") }
        unsafe mdb_txn_reset(handle)
        unsafe self.handle = handle
        self.environment = environment
    }

    deinit { unsafe mdb_txn_abort(handle) }

    /// Runs `body` on the newest state. The closure is synchronous, so the snapshot cannot span a wait.
    package func read<R>(_ body: (borrowing Snapshot) throws(StorageError) -> R) throws(StorageError) -> R {
        try unsafe check(mdb_txn_renew(handle), "renew read")
        defer { unsafe mdb_txn_reset(handle) }
        return try unsafe body(Snapshot(handle: handle))
    }

    /// What `read` lends: it can be read, not kept. `@safe`: it is lent for the length of a renewed transaction only.
    @safe package struct Snapshot: Transaction, ~Copyable {
        package let handle: OpaquePointer
    }
}
