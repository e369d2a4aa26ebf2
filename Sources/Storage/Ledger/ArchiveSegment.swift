import Domain
import Security

/// Entries as they are kept, one behind the other, and the one before them: what a file of an archive holds.
///
/// Layout: "TOLLGATE" (the first byte is the record's layout), `E`, the format (4 bytes), the number of the entry before
/// (8), its hash (32), the hash of the last entry (32); then each entry, its length (4) before it. Integers are
/// little-endian.
package struct ArchiveSegment: Hashable, Sendable {
    /// Of entries that may stand in one file, so that one can be read whole.
    package static let maximumBytes = 16 << 20

    /// The entry before the first; its number is 0 where there is none.
    package var before: LedgerHead
    package var records: [[UInt8]] = []

    package init(before: LedgerHead = LedgerHead()) { self.before = before }

    package var first: UInt64 { before.sequence + 1 }
    package var last: UInt64 { before.sequence + UInt64(records.count) }

    package var encoded: [UInt8] {
        var writer = ArchiveFile.begin("E", reserving: records.reduce(64) { $0 + $1.count + 4 })
        writer.put(before.sequence)
        writer.put(before.hash)
        writer.put(lastHash)
        for record in records { writer.put(record) }
        return writer.bytes
    }

    /// No entry that follows holds it within the segment.
    private var lastHash: Digest { records.last.map { sha256($0) } ?? before.hash }

    package init(_ bytes: [UInt8]) throws(ArchiveFault) {
        let hash: Digest
        do throws(StorageError) {
            let span = unsafe bytes.span.bytes
            var reader = try ArchiveFile.open("E", span)
            before = LedgerHead(sequence: try reader.integer(span), hash: try reader.digest(span))
            hash = try reader.digest(span)
            while !reader.isAtEnd(span) { records.append(try reader.array(span)) }
        } catch {
            throw ArchiveFault(sequence: 0, reason: "it is cut short, or no file of an archive of this format")
        }
        guard hash == lastHash else {
            throw ArchiveFault(sequence: last, reason: "entry \(last) is not the one that was written")
        }
    }

    /// Checks that its entries follow one another, and the entry that is said to be before them.
    /// - Returns: the last one.
    package func check(after head: LedgerHead) throws(ArchiveFault) -> LedgerHead {
        guard before == head else {
            throw ArchiveFault(sequence: head.sequence, reason: "it does not follow entry \(head.sequence)")
        }
        var head = head
        for record in records {
            let number = head.sequence + 1
            func fault(_ reason: String) -> ArchiveFault { ArchiveFault(sequence: number, reason: reason) }
            let entry: LedgerEntry
            do throws(StorageError) { entry = try unsafe LedgerEntry(record.span.bytes) } catch {
                throw fault("entry \(number) cannot be read")
            }
            guard entry.sequence == number else { throw fault("entry \(number) says that it is \(entry.sequence)") }
            guard entry.previous == head.hash else {
                throw fault("the hash of the entry before is not in entry \(number)")
            }
            head = LedgerHead(sequence: number, hash: sha256(record))
        }
        return head
    }
}

/// What is wrong with an archive, and the number of the entry it was found at.
package struct ArchiveFault: Error, Hashable, Sendable {
    package var sequence: UInt64
    package var reason: String

    package init(sequence: UInt64, reason: String) {
        self.sequence = sequence
        self.reason = reason
    }
}

/// A segment as a running ledger gives it away, with the entry that was the newest then.
package struct ArchivePage: Hashable, Sendable {
    package var head: LedgerHead
    package var segment: ArchiveSegment

    private static let layout: UInt8 = 1

    package var encoded: [UInt8] {
        var writer = RecordWriter(layout: Self.layout, reserving: 48)
        writer.put(head.sequence)
        writer.put(head.hash)
        return writer.bytes + segment.encoded
    }

    init(head: LedgerHead, segment: ArchiveSegment) {
        self.head = head
        self.segment = segment
    }

    package init(_ bytes: [UInt8]) throws(ArchiveFault) {
        let length: Int
        do throws(StorageError) {
            let span = unsafe bytes.span.bytes
            var reader = try RecordReader(layout: Self.layout, span)
            head = LedgerHead(sequence: try reader.integer(span), hash: try reader.digest(span))
            length = reader.offset
        } catch {
            throw ArchiveFault(sequence: 0, reason: "a page of it did not come whole")
        }
        segment = try ArchiveSegment(Array(bytes[length...]))
    }
}

/// Carried books as an archive of a pruned ledger begins with them, and as a running ledger gives them away, in parts.
///
/// Layout: "TOLLGATE", `C`, the format, the seal, whether it is the last part (1 byte); then each row's key and value.
package struct CarriedSegment: Hashable, Sendable {
    package var seal: CarriedSeal
    package var rows: [CarriedRow] = []
    package var isLast = false

    init(seal: CarriedSeal) { self.seal = seal }

    /// After which row the next part begins; empty: from the first.
    package var cursor: [UInt8] { rows.last?.key ?? [] }

    package var encoded: [UInt8] {
        var writer = ArchiveFile.begin("C")
        seal.encode(into: &writer)
        writer.put(isLast)
        for row in rows {
            writer.put(row.key)
            writer.put(row.value)
        }
        return writer.bytes
    }

    package init(_ bytes: [UInt8]) throws(ArchiveFault) {
        do throws(StorageError) {
            let span = unsafe bytes.span.bytes
            var reader = try ArchiveFile.open("C", span)
            seal = try CarriedSeal(&reader, span)
            isLast = try reader.bool(span)
            while !reader.isAtEnd(span) {
                rows.append(CarriedRow(key: try reader.array(span), value: try reader.array(span)))
            }
        } catch {
            throw ArchiveFault(sequence: 0, reason: "it is cut short, or no file of an archive of this format")
        }
    }

    /// Of all parts together: held against the seal.
    package func check() throws(ArchiveFault) {
        do throws(StorageError) { _ = try CarriedBooks(seal, rows) } catch {
            throw ArchiveFault(
                sequence: seal.head.sequence, reason: "the carried books are not those that were written")
        }
    }
}

/// What every file of an archive begins with.
enum ArchiveFile {
    private static let format: UInt32 = 2
    private static let magic = Array("TOLLGATE".utf8)

    static func begin(_ kind: Unicode.Scalar, reserving capacity: Int = 256) -> RecordWriter {
        var writer = RecordWriter(layout: magic[0], reserving: capacity)
        for byte in magic.dropFirst() { writer.put(byte) }
        writer.put(UInt8(ascii: kind))
        writer.put(format)
        return writer
    }

    static func open(_ kind: Unicode.Scalar, _ bytes: RawSpan) throws(StorageError) -> RecordReader {
        var reader = try RecordReader(layout: magic[0], bytes)
        for byte in magic.dropFirst() + [UInt8(ascii: kind)] where try reader.integer(bytes, as: UInt8.self) != byte {
            throw StorageError(.corrupt, "read archive: another kind of file")
        }
        guard try reader.integer(bytes, as: UInt32.self) == format else {
            throw StorageError(.corrupt, "read archive: another format")
        }
        return reader
    }
}
