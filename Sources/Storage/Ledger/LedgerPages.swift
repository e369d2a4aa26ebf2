import Domain
import Security

/// Which entries an export is of.
package struct EntryFilter: Hashable, Sendable {
    /// Whose; nil: everybody's.
    package var organization: String?
    /// Milliseconds since 1970, of an entry's time; the first bound is within, the second is not.
    package var from: Int64?
    package var to: Int64?

    package init(organization: String? = nil, from: Int64? = nil, to: Int64? = nil) {
        self.organization = organization
        self.from = from
        self.to = to
    }

    package func takes(_ entry: LedgerEntry) -> Bool {
        (organization == nil || organization == entry.organization) && takes(entry.time)
    }

    func takes(_ time: Int64) -> Bool { from.map { time >= $0 } ?? true && to.map { time < $0 } ?? true }
}

/// Some entries in the order of their numbers.
package struct EntryPage: Sendable {
    package var entries: [LedgerEntry] = []
    /// The number behind which the next page begins; nil with the last one.
    package var next: UInt64?
    /// The number of the newest entry.
    package var head: UInt64 = 0
}

/// Why entries behind a number cannot be read.
package enum EntriesMissing: Error, Hashable, Sendable {
    /// The newest is this one.
    case beyond(head: UInt64)
    /// They were pruned: the first is this one, and those before are in the archive, as whoever pruned named it.
    case pruned(first: UInt64, archive: String)
}

extension EntriesMissing: CustomStringConvertible {
    package var description: String {
        switch self {
        case .beyond(let head): "the ledger's newest entry is \(head)"
        case .pruned(let first, let archive):
            "the ledger begins at entry \(first): those before it were pruned, and are in the archive \(archive)"
        }
    }
}

extension Ledger {
    /// Entries that one page looks at, so that no read is long.
    private static let maximumLooks = 5_000
    /// Bytes of entries, as they are kept, after which a page ends.
    package static let pageBytes = 1 << 20

    /// The entries behind the number `after`, at most `limit` of those that the filter takes. A page may have none and a
    /// next one.
    /// - Parameters:
    ///   - after: nil: from the first there is, where none of those that were pruned may be asked for.
    ///   - through: the last number to look at; nil: the newest entry's.
    package func page(
        after: UInt64? = nil, through: UInt64? = nil, _ filter: EntryFilter = EntryFilter(), limit: Int
    ) throws(StorageError) -> Result<EntryPage, EntriesMissing> {
        try environment.read { transaction throws(StorageError) in
            let seal = try transaction.carriedMark(tables)?.seal
            if let seal, seal.mayHold(after: after, filter) {
                return .failure(.pruned(first: seal.first, archive: seal.archive))
            }
            let after = after ?? (seal?.head.sequence ?? 0)
            var page = EntryPage()
            page.head = try transaction.head(tables).sequence
            // Who has more than there is has another ledger's, or one's from before a restore.
            guard after <= page.head else { return .failure(.beyond(head: page.head)) }
            let last = min(through ?? page.head, page.head)
            guard after < last, limit > 0 else { return .success(page) }
            var looked = (count: 0, bytes: 0, last: after)
            func look(_ sequence: UInt64, _ bytes: RawSpan) throws(StorageError) -> Bool {
                guard sequence <= last else {
                    looked.last = last
                    return false
                }
                let entry = try LedgerEntry(bytes)
                guard entry.sequence == sequence else { throw StorageError(.corrupt, "read entry: number") }
                if filter.takes(entry.time) { page.entries.append(entry) }
                looked = (looked.count + 1, looked.bytes + bytes.byteCount, sequence)
                return looked.count < Self.maximumLooks && looked.bytes < Self.pageBytes && page.entries.count < limit
            }
            var isCut = false
            if let organization = filter.organization {
                let prefix = Key(organization)
                try transaction.scan(
                    tables.entriesByOrganization, prefix: prefix, from: prefix.appending(after + 1)
                ) { key, _ throws(StorageError) in
                    let sequence = try Key.number(key, at: prefix.bytes.count)
                    let goesOn = try transaction.withValue(tables.entries, Key(sequence)) {
                        bytes throws(StorageError) in try look(sequence, bytes)
                    }
                    guard let goesOn else { throw StorageError(.corrupt, "read entries: one is gone") }
                    isCut = !goesOn
                    return goesOn
                }
            } else {
                try transaction.scan(tables.entries, prefix: Key(), from: Key(after + 1)) {
                    key, value throws(StorageError) in
                    let goesOn = try look(try Key.number(key, at: 0), value)
                    isCut = !goesOn
                    return goesOn
                }
            }
            page.next = isCut && looked.last < last ? looked.last : nil
            return .success(page)
        }
    }

    /// The entries behind the number `after`, as they are kept: for an archive, whose entries must follow one another.
    /// - Parameters:
    ///   - through: the last number; nil: the newest entry's.
    ///   - maximumBytes: of entries, after which the page ends.
    package func archivePage(
        after: UInt64, through: UInt64? = nil, maximumBytes: Int = Ledger.pageBytes
    ) throws(StorageError) -> Result<ArchivePage, EntriesMissing> {
        try environment.read { transaction throws(StorageError) in
            let head = try transaction.head(tables)
            guard after <= head.sequence else { return .failure(.beyond(head: head.sequence)) }
            let seal = try transaction.carriedMark(tables)?.seal
            if let seal, after < seal.head.sequence {
                return .failure(.pruned(first: seal.first, archive: seal.archive))
            }
            var before = seal?.head ?? LedgerHead()
            if after > before.sequence {
                before.sequence = after
                let hash = try transaction.withValue(tables.entries, Key(after)) { bytes in
                    unsafe bytes.withUnsafeBytes { unsafe sha256($0) }
                }
                guard let hash else { throw StorageError(.corrupt, "read entries: one is gone") }
                before.hash = hash
            }
            var page = ArchivePage(head: head, segment: ArchiveSegment(before: before))
            let last = min(through ?? head.sequence, head.sequence)
            var count = 0
            guard after < last else { return .success(page) }
            try transaction.scan(tables.entries, prefix: Key(), from: Key(after + 1)) {
                key, value throws(StorageError) in
                guard try Key.number(key, at: 0) <= last else { return false }
                page.segment.records.append(unsafe value.withUnsafeBytes { unsafe Array($0) })
                count += value.byteCount
                return count < maximumBytes
            }
            return .success(page)
        }
    }
}

extension CarriedSeal {
    /// Whether some of the entries that are gone may be among those that are asked for.
    fileprivate func mayHold(after: UInt64?, _ filter: EntryFilter) -> Bool {
        if let after { return after < head.sequence }
        if let from = filter.from { return from <= latest }
        return filter.to != nil
    }
}
