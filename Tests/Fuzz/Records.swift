import Domain
import Storage

extension FuzzTarget {
    /// A record of the catalog that can be read says the same when it is written and read again.
    static let catalogRecords = FuzzTarget(name: "catalog-records") { input in
        guard let kind = input.first else { return }
        let bytes = Array(input.dropFirst())
        switch kind % 4 {
        case 0: try rewritten(bytes, { try TokenRecord($0) }, \.encoded)
        case 1: try rewritten(bytes, { try DeploymentRecord($0) }, \.encoded)
        case 2: try rewritten(bytes, { try PriceRecord($0) }, \.encoded)
        case _: try rewritten(bytes, { try ProviderKeyRecord($0) }, \.encoded)
        }
    }

    /// A record of the ledger that can be read says the same when it is written and read again.
    static let ledgerRecords = FuzzTarget(name: "ledger-records") { input in
        try rewritten(input, { try LedgerEntry($0) }, \.encoded)
    }

    /// A file of an archive that can be read says the same when it is written and read again, and is taken or refused.
    static let archives = FuzzTarget(name: "archives") { input in
        guard let kind = input.first else { return }
        let bytes = Array(input.dropFirst())
        if kind % 2 == 0 {
            guard let segment = try? ArchiveSegment(bytes) else { return }
            try hold(try ArchiveSegment(segment.encoded) == segment, "entries are read as they were written")
            guard let head = try? segment.check(after: segment.before) else { return }
            try hold(head.sequence == segment.last, "entries that follow one another end with the last")
        } else {
            guard let carried = try? CarriedSegment(bytes) else { return }
            try hold(try CarriedSegment(carried.encoded) == carried, "carried books are read as they were written")
            try? carried.check()
        }
    }

    private static func rewritten<Record: Equatable>(
        _ bytes: [UInt8], _ read: (RawSpan) throws -> Record, _ encoded: (Record) -> [UInt8]
    ) throws {
        guard let record = try? read(bytes.span.bytes) else { return }
        try hold(try read(encoded(record).span.bytes) == record, "a record is read as it was written")
    }
}
