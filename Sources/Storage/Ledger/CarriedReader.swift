import Domain

/// Reads carried books in chunks, and holds them against their seal.
struct CarriedReader {
    let mark: CarriedMark
    private(set) var books = CarriedBooks()
    private(set) var isDone = false
    private var seal: CarriedSeal
    private var next: Key

    init(_ mark: CarriedMark) {
        self.mark = mark
        seal = mark.seal.empty
        books.head = mark.seal.head
        next = Key(mark.generation)
    }

    /// Reads one chunk.
    mutating func step(
        _ tables: LedgerTables, _ transaction: borrowing ReadTransaction, chunk: Int
    ) throws(LedgerAudit.Fault) {
        var reader = self
        // So that they are changed where they are, not copied.
        books = CarriedBooks()
        defer { self = reader }
        do throws(StorageError) {
            var last: Key?
            var count = 0
            try transaction.scan(tables.carried, prefix: Key(mark.generation), from: next) {
                key, value throws(StorageError) in
                let place = unsafe key.withUnsafeBytes { unsafe Array($0) }
                let row = CarriedRow(
                    key: Array(place.dropFirst(8)), value: unsafe value.withUnsafeBytes { unsafe Array($0) })
                reader.seal.add(row)
                try reader.books.take(row)
                last = Key(bytes: place + [0])
                count += 1
                return count < chunk
            }
            if count == chunk, let last { reader.next = last } else { reader.isDone = true }
        } catch {
            throw fault
        }
        if reader.isDone, reader.seal != mark.seal { throw fault }
    }

    private var fault: LedgerAudit.Fault {
        LedgerAudit.Fault(
            sequence: mark.seal.head.sequence, reason: "the carried books are not those that were written")
    }
}

extension CarriedBooks {
    /// Of rows that came one after the other, held against their seal.
    init(_ seal: CarriedSeal, _ rows: [CarriedRow]) throws(StorageError) {
        var sum = seal.empty
        head = seal.head
        for row in rows {
            sum.add(row)
            try take(row)
        }
        guard sum == seal else { throw StorageError(.corrupt, "read carried books: not what their seal says") }
    }
}
