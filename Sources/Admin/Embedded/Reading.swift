import JSON
import Storage

extension Transaction where Self: ~Copyable {
    func record<Record: JSONRecord>(_ table: Table, _ key: Key, as type: Record.Type = Record.self) throws -> Record? {
        guard let bytes = try value(table, key) else { return nil }
        return try Record(stored: bytes)
    }

    /// Copies of at most `limit` entries of a table, from the key `from` on.
    func entries(
        _ table: Table, prefix: Key, from: Key? = nil, backwards: Bool = false, limit: Int
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        var entries: [(key: [UInt8], value: [UInt8])] = []
        guard limit > 0 else { return [] }
        try scan(table, prefix: prefix, from: from, backwards: backwards) { key, value throws(StorageError) in
            entries.append((key.withUnsafeBytes { Array($0) }, value.withUnsafeBytes { Array($0) }))
            return entries.count < limit
        }
        return entries
    }

    /// A page of a table whose keys end in a text, which is the cursor.
    func page<Record: JSONRecord>(
        _ table: Table, prefix: Key, _ page: PageRequest, cursor: (Record) -> String
    ) throws -> Page<Record> {
        let from = page.cursor.map { prefix.appending($0).following }
        let found = try entries(table, prefix: prefix, from: from, limit: page.limit + 1)
        return Page(try found.map { try Record(stored: $0.value) }, limit: page.limit, cursor: cursor)
    }

    /// A page of a table whose keys end in a number, which is the cursor, newest first.
    func newestFirst<Record: JSONRecord, Number: FixedWidthInteger & UnsignedInteger>(
        _ table: Table, prefix: Key, _ page: PageRequest, number: (Record) -> Number
    ) throws -> Page<Record> {
        var from: Key?
        if let cursor = try page.number() {
            guard cursor > 0 else { return Page(items: [], nextCursor: nil) }
            from = prefix.appending(Number(clamping: cursor - 1))
        }
        let found = try entries(table, prefix: prefix, from: from, backwards: true, limit: page.limit + 1)
        return Page(try found.map { try Record(stored: $0.value) }, limit: page.limit) { String(number($0)) }
    }

    /// The record with the greatest number under the prefix.
    func newest<Record: JSONRecord>(_ table: Table, prefix: Key, as type: Record.Type = Record.self) throws -> Record? {
        try entries(table, prefix: prefix, backwards: true, limit: 1).first.map { try Record(stored: $0.value) }
    }
}

extension Key {
    /// The least key above this one.
    var following: Key { Key(bytes: bytes + [0]) }
}
