import CLMDB
import Foundation

/// The puts and deletes that made a ledger, taken from its file, in as many commits: LMDB alone, with the bytes ready
/// in memory. Of rows that each commit writes again (sums, the head of the chain) the last bytes stand for all.
final class BarePuts {
    struct Failure: Error { var code: Int32 }

    private enum Name: Int, CaseIterable {
        case entries, entries_by_organization, runs, open, balances, daily_usage, daily_credits, meta
    }

    /// A hold, or a settle.
    private struct Change {
        var number: UInt64
        var entry: [UInt8]
        var organization: Int
        /// Key and value in `runs`.
        var run: [UInt8]
        var place: [UInt8]
        /// Of a settle: the number of its hold.
        var hold: UInt64?
    }

    private struct Sums {
        var name: [UInt8] = []
        var rows: [(table: Name, key: [UInt8], value: [UInt8])] = []
    }

    private let mapBytes = 64 << 30
    private var changes: [Change] = []
    private var sums: [Sums] = []
    private var head: (key: [UInt8], value: [UInt8]) = ([], [])
    /// What the ledger keeps of a hold in `open`.
    private let held = [UInt8](repeating: 7, count: 8)
    private let commits: Int

    init(ofLedger folder: String, commits: Int) throws {
        self.commits = commits
        let store = try Store(folder, mapBytes: mapBytes, flags: MDB_RDONLY)
        defer { store.close() }
        let rows = { (name: Name) in try store.rows(name.rawValue) }
        for balance in try rows(.balances) {
            var sum = Sums(name: balance.key)
            for table in [Name.balances, .daily_usage, .daily_credits] {
                for row in try rows(table) where row.key.starts(with: balance.key) {
                    sum.rows.append((table, row.key, row.value))
                }
            }
            sums.append(sum)
        }
        guard let last = try rows(.meta).first(where: { $0.key == Array("head".utf8) + [0] }) else {
            throw Failure(code: MDB_NOTFOUND)
        }
        head = last
        var organizations: [UInt64: Int] = [:]
        for row in try rows(.entries_by_organization) {
            organizations[Self.number(row.key.suffix(8))] = sums.firstIndex { row.key.starts(with: $0.name) }
        }
        var places: [UInt64: (run: [UInt8], place: [UInt8], hold: UInt64?)] = [:]
        for row in try rows(.runs) {
            let (hold, end) = (Self.number(row.value.prefix(8)), Self.number(row.value.suffix(8)))
            places[hold] = (row.key, row.value, nil)
            places[end] = (row.key, row.value, hold)
        }
        for row in try rows(.entries) {
            let number = Self.number(row.key[...])
            // Top-ups came before what is measured.
            guard let place = places[number], let organization = organizations[number] else { continue }
            changes.append(
                Change(
                    number: number, entry: row.value, organization: organization, run: place.run, place: place.place,
                    hold: place.hold))
        }
    }

    func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let store = try Store(folder, mapBytes: mapBytes, flags: 0)
        defer { store.close() }
        var done = 0
        for commit in 1...commits {
            let end = changes.count * commit / commits
            let transaction = try store.begin()
            var touched = Set<Int>()
            for change in changes[done..<end] {
                let key = Self.bytes(change.number)
                try store.put(transaction, Name.entries.rawValue, key, change.entry, MDB_APPEND)
                let name = sums[change.organization].name
                try store.put(transaction, Name.entries_by_organization.rawValue, name + key, [], 0)
                try store.put(transaction, Name.runs.rawValue, change.run, change.place, 0)
                if let hold = change.hold {
                    try store.delete(transaction, Name.open.rawValue, Self.bytes(hold))
                } else {
                    try store.put(transaction, Name.open.rawValue, key, held, MDB_APPEND)
                }
                touched.insert(change.organization)
            }
            for organization in touched {
                for row in sums[organization].rows {
                    try store.put(transaction, row.table.rawValue, row.key, row.value, 0)
                }
            }
            try store.put(transaction, Name.meta.rawValue, head.key, head.value, 0)
            try store.commit(transaction)
            done = end
        }
    }

    private static func bytes(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// LMDB, and no more.
    private struct Store {
        let environment: OpaquePointer
        let tables: [MDB_dbi]

        init(_ folder: String, mapBytes: Int, flags: Int32) throws {
            var environment: OpaquePointer?
            try Self.check(mdb_env_create(&environment))
            guard let environment else { throw Failure(code: 0) }
            self.environment = environment
            try Self.check(mdb_env_set_mapsize(environment, mapBytes))
            try Self.check(mdb_env_set_maxdbs(environment, 64))
            try Self.check(mdb_env_open(environment, folder, UInt32(flags | MDB_NORDAHEAD), 0o600))
            var transaction: OpaquePointer?
            try Self.check(mdb_txn_begin(environment, nil, UInt32(flags), &transaction))
            tables = try Name.allCases.map { name in
                var table: MDB_dbi = 0
                try Self.check(mdb_dbi_open(transaction, "\(name)", flags == 0 ? UInt32(MDB_CREATE) : 0, &table))
                return table
            }
            try Self.check(mdb_txn_commit(transaction))
        }

        func close() { mdb_env_close(environment) }

        func rows(_ table: Int) throws -> [(key: [UInt8], value: [UInt8])] {
            var transaction: OpaquePointer?
            var cursor: OpaquePointer?
            try Self.check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction))
            defer { mdb_txn_abort(transaction) }
            try Self.check(mdb_cursor_open(transaction, tables[table], &cursor))
            defer { mdb_cursor_close(cursor) }
            var (key, value) = (MDB_val(), MDB_val())
            var rows: [(key: [UInt8], value: [UInt8])] = []
            while mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS {
                rows.append(
                    (
                        Array(UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)),
                        Array(UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
                    ))
            }
            return rows
        }

        func begin() throws -> OpaquePointer? {
            var transaction: OpaquePointer?
            try Self.check(mdb_txn_begin(environment, nil, 0, &transaction))
            return transaction
        }

        func commit(_ transaction: OpaquePointer?) throws { try Self.check(mdb_txn_commit(transaction)) }

        func put(
            _ transaction: OpaquePointer?, _ table: Int, _ key: [UInt8], _ value: [UInt8], _ flags: Int32
        ) throws {
            try key.withUnsafeBytes { key in
                try value.withUnsafeBytes { value in
                    var key = MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
                    var value = MDB_val(
                        mv_size: value.count, mv_data: UnsafeMutableRawPointer(mutating: value.baseAddress))
                    try Self.check(mdb_put(transaction, tables[table], &key, &value, UInt32(flags)))
                }
            }
        }

        func delete(_ transaction: OpaquePointer?, _ table: Int, _ key: [UInt8]) throws {
            try key.withUnsafeBytes { key in
                var key = MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
                try Self.check(mdb_del(transaction, tables[table], &key, nil))
            }
        }

        private static func check(_ code: Int32) throws {
            guard code == MDB_SUCCESS else { throw Failure(code: code) }
        }
    }
}
