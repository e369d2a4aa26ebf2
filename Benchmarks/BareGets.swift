import CLMDB

/// The catalog's file through LMDB alone, beside the environment that the code under measurement has open: mapped a
/// second time for reading, without LMDB's lock file, which nothing needs while nobody writes.
final class BareGets {
    struct Failure: Error { var code: Int32 }

    private let environment: OpaquePointer
    private let transaction: OpaquePointer
    private let tokens: MDB_dbi
    private let deployments: MDB_dbi

    init(folder: String, mapBytes: Int) throws {
        var environment: OpaquePointer?
        try Self.check(mdb_env_create(&environment))
        guard let environment else { throw Failure(code: 0) }
        self.environment = environment
        try Self.check(mdb_env_set_mapsize(environment, mapBytes))
        try Self.check(mdb_env_set_maxdbs(environment, 64))
        let flags = MDB_NOTLS | MDB_NORDAHEAD | MDB_RDONLY | MDB_NOLOCK
        try Self.check(mdb_env_open(environment, folder, UInt32(flags), 0))
        var begun: OpaquePointer?
        try Self.check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &begun))
        // As many tables as the catalog opens: a transaction's renewal looks at each.
        var tables: [String: MDB_dbi] = [:]
        for name in [
            "meta", "tokens", "deployments", "contents", "provider_keys", "prices", "agents", "token_ids",
            "provider_key_ids", "organizations", "environments", "schemas", "versions", "version_hashes",
            "deployment_history", "admin_tokens", "audit", "idempotency",
        ] {
            var table: MDB_dbi = 0
            try Self.check(mdb_dbi_open(begun, name, 0, &table))
            tables[name] = table
        }
        // Handles last once the transaction that opened them is committed.
        try Self.check(mdb_txn_commit(begun))
        guard let tokens = tables["tokens"], let deployments = tables["deployments"] else { throw Failure(code: 0) }
        (self.tokens, self.deployments) = (tokens, deployments)
        var transaction: OpaquePointer?
        try Self.check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction))
        guard let transaction else { throw Failure(code: 0) }
        mdb_txn_reset(transaction)
        self.transaction = transaction
    }

    deinit {
        mdb_txn_abort(transaction)
        mdb_env_close(environment)
    }

    /// What one resolve asks of LMDB: two reads of one value each, on the newest state each time.
    /// - Returns: bytes found.
    @inline(__always)
    func resolve(token: UnsafeRawBufferPointer, deployment: UnsafeRawBufferPointer) -> Int {
        get(tokens, token) + get(deployments, deployment)
    }

    @inline(__always)
    private func get(_ table: MDB_dbi, _ key: UnsafeRawBufferPointer) -> Int {
        guard mdb_txn_renew(transaction) == MDB_SUCCESS else { return 0 }
        defer { mdb_txn_reset(transaction) }
        var keyValue = MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var value = MDB_val()
        return mdb_get(transaction, table, &keyValue, &value) == MDB_SUCCESS ? value.mv_size : 0
    }

    private static func check(_ code: Int32) throws {
        guard code == MDB_SUCCESS else { throw Failure(code: code) }
    }
}
