import Domain
import JSON
import Storage

/// Entries as lines of text, as exports have them, whether of a ledger or of an archive.
package enum EntryLines: String, Sendable, CaseIterable {
    case csv, jsonl

    /// What stands before the first line.
    package var heading: [UInt8] {
        switch self {
        case .csv: EntryRow.heading
        case .jsonl: []
        }
    }

    package func line(_ entry: LedgerEntry) -> [UInt8] {
        switch self {
        case .csv: return EntryRow(entry).bytes
        case .jsonl:
            var writer = JSONWriter(capacity: 2_048)
            writer.object { $0.exported(entry) }
            return writer.bytes + [10]
        }
    }
}

extension JSONWriter {
    /// An entry as an export has it: as an organization's list of entries does, and whose it is.
    mutating func exported(_ entry: LedgerEntry) {
        member("organization", entry.organization)
        self.entry(entry)
    }
}
