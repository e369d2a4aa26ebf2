import Domain
import HTTPTypes
import JSON
import Storage

/// The ledger's entries in the order of their numbers, page by page, for exports: each page says behind which number the
/// next one begins, and which entry was the newest, so that who asks up to that one comes to an end.
enum LedgerEntriesResource {
    enum Format {
        /// An object with the page's entries.
        case json
        case lines(EntryLines)
    }

    private static let names: Set<String> = ["after", "through", "from", "to", "organization", "format", "limit"]
    private static let defaultLimit = 500
    private static let maximumLimit = 5_000

    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        if let unknown = call.query.keys.filter({ !names.contains($0) }).sorted().first {
            throw .invalid("unknown query parameter: \(unknown.prefix(100))")
        }
        let organization = try await organization(call)
        let format = try format(call)
        let (from, to) = (try bound(call, "from"), try bound(call, "to"))
        let filter = EntryFilter(organization: organization, from: from?.time, to: to?.time)
        var after = try call.number("after")
        if let first = from?.number { after = max(after ?? 0, first > 0 ? first - 1 : 0) }
        let through = [try call.number("through"), to?.number].compactMap(\.self).min()
        let limit = try limit(call)
        let page = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.page(after: after, through: through, filter, limit: limit)
        }
        switch page {
        case .success(let page): return reply(page, format)
        // Where the operator keeps archives is not for everybody.
        case .failure(.pruned(let first, _)) where call.caller.organization != nil:
            throw ControlFault(.notFound, "the ledger begins at entry \(first): those before it were archived")
        case .failure(let missing): throw ControlFault(.notFound, "\(missing)")
        }
    }

    private static func reply(_ page: EntryPage, _ format: Format) -> Reply {
        var reply: Reply
        switch format {
        case .json:
            reply = Reply { object in
                object.key("items")
                object.array(page.entries) { array, entry in array.object { $0.exported(entry) } }
                object.member("next_after", page.next)
                object.member("head", page.head)
            }
        case .lines(let lines):
            reply = Reply(200, lines.heading + page.entries.flatMap { lines.line($0) })
            reply.contentType =
                switch lines {
                case .csv: "text/csv; charset=utf-8; header=present"
                case .jsonl: "application/jsonl"
                }
        }
        reply.headers[.ledgerHead] = String(page.head)
        if let next = page.next { reply.headers[.nextAfter] = String(next) }
        return reply
    }

    // MARK: the query

    /// Nil: everybody's, which takes a token of all organizations.
    private static func organization(_ call: AdminCall) async throws(ControlFault) -> String? {
        guard let organization = call.query["organization"] ?? call.caller.organization else { return nil }
        guard Slug.isValid(organization), call.caller.sees(organization) else { throw .notFound("organization") }
        _ = try await call.store.organization(organization)
        return organization
    }

    private static func format(_ call: AdminCall) throws(ControlFault) -> Format {
        if let name = call.query["format"] {
            if name == "json" { return .json }
            guard let lines = EntryLines(rawValue: name) else { throw .invalid("format must be json, jsonl or csv") }
            return .lines(lines)
        }
        let accepted = call.headers[.accept]?.lowercased() ?? ""
        if accepted.contains("text/csv") { return .lines(.csv) }
        return accepted.contains("application/jsonl") ? .lines(.jsonl) : .json
    }

    private static func limit(_ call: AdminCall) throws(ControlFault) -> Int {
        guard let text = call.query["limit"] else { return defaultLimit }
        guard let limit = Int(text), (1...maximumLimit).contains(limit) else {
            throw .invalid("limit must be 1 to \(maximumLimit)")
        }
        return limit
    }

    private static func bound(_ call: AdminCall, _ name: String) throws(ControlFault) -> EntryBound? {
        guard let text = call.query[name] else { return nil }
        guard let bound = EntryBound(text) else {
            throw .invalid("\(name) must be an entry's number, a day as 2026-11-21 or a time of RFC 3339")
        }
        return bound
    }
}

/// One end of an export: an entry's number, or a time in UTC.
package enum EntryBound: Hashable, Sendable {
    case number(UInt64)
    /// Milliseconds since 1970.
    case time(Int64)

    /// Digits alone are a number.
    package init?(_ text: String) {
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            guard let number = UInt64(text) else { return nil }
            self = .number(number)
        } else if let day = Day(text) {
            self = .time(Int64(day.sinceEpoch) * Timestamp.millisecondsPerDay)
        } else if let time = Timestamp(text) {
            self = .time(time.milliseconds)
        } else {
            return nil
        }
    }

    package var number: UInt64? { if case .number(let number) = self { number } else { nil } }
    package var time: Int64? { if case .time(let time) = self { time } else { nil } }
}

extension AdminCall {
    /// The number of an entry, in the query.
    func number(_ name: String) throws(ControlFault) -> UInt64? {
        guard let text = query[name] else { return nil }
        guard let number = UInt64(text), number < UInt64(Int64.max) else {
            throw .invalid("\(name) must be the number of an entry")
        }
        return number
    }
}
