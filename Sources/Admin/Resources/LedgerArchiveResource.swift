import Domain
import Security
import Storage

/// The ledger's entries as they are kept, for a backup while the server runs.
enum LedgerArchiveResource {
    static func page(_ call: AdminCall) throws(ControlFault) -> Reply {
        let after = try call.number("after") ?? 0
        let through = try call.number("through")
        let page = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.archivePage(after: after, through: through)
        }
        switch page {
        case .success(let page): return binary(page.encoded)
        case .failure(let missing): throw ControlFault(.notFound, "\(missing)")
        }
    }

    /// What a pruned ledger carries from the entries that are gone.
    static func carried(_ call: AdminCall) throws(ControlFault) -> Reply {
        guard let cursor = Hexadecimal.decode(call.query["after"] ?? "") else {
            throw .invalid("after must be the key of a row, in hexadecimal digits")
        }
        let segment = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.carriedSegment(after: cursor)
        }
        guard let segment else { throw ControlFault(.notFound, "the ledger was never pruned") }
        return binary(segment.encoded)
    }

    private static func binary(_ bytes: [UInt8]) -> Reply {
        var reply = Reply(200, bytes)
        reply.contentType = "application/octet-stream"
        return reply
    }
}
