import Domain
import Storage

/// An entry as a row of CSV (RFC 4180), for billing systems and spreadsheets. The columns and their order are a promise:
/// docs/operations.md lists them.
struct EntryRow {
    private static let runColumns = [
        "run", "agent", "environment", "schema", "version", "version_hash", "revision", "token", "provider", "model",
        "key", "key_source", "price_version", "multiplier_version", "hold", "started_at",
    ]
    private static let endColumns =
        ["outcome", "error", "estimated", "cost", "list_cost", "attempts"] + Usage.Counter.allCases.map(\.name)
        + ["exceeded_hold", "client_left", "provider_request_ids"]
    private static let postingColumns = ["actor", "note", "idempotency_key", "expires_at", "top_up"]

    /// The first row.
    static let heading: [UInt8] = line(
        (["sequence", "at", "organization", "kind", "balance_change", "held_change"] + runColumns + endColumns
            + postingColumns + ["overdraft", "holds"]).map { .figure($0) })

    private enum Cell {
        /// What somebody outside may have chosen.
        case text(String)
        /// What is ours: numbers, times, names of ours.
        case figure(String)

        static let none = Cell.figure("")

        static func number(_ value: some BinaryInteger) -> Cell { .figure(String(value)) }
        static func time(_ milliseconds: Int64) -> Cell { .figure(timestamp(milliseconds: milliseconds)) }
        static func flag(_ value: Bool) -> Cell { .figure(value ? "true" : "false") }

        /// A spreadsheet takes what begins so for a formula, and runs it.
        private static let formulas: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n"]

        var content: String {
            switch self {
            case .text(let text): text.unicodeScalars.first.map(Self.formulas.contains) == true ? "'" + text : text
            case .figure(let text): text
            }
        }
    }

    let bytes: [UInt8]

    init(_ entry: LedgerEntry) {
        var cells: [Cell] = [
            .number(entry.sequence), .time(entry.time), .figure(entry.organization), .figure(entry.kind.name),
            .figure(entry.balanceChange.description), .figure(entry.heldChange.description),
        ]
        let run = entry.runRecord
        let refunded = Cell.figure(entry.run?.description ?? "")
        cells += run.map(Self.cells) ?? Self.runColumns.map { $0 == "run" ? refunded : .none }
        cells += run?.end.map(Self.cells) ?? Self.endColumns.map { _ in .none }
        switch entry.detail {
        case .run: cells += (Self.postingColumns + ["", ""]).map { _ in .none }
        case .posting(let posting):
            cells += [
                .text(posting.actor), .text(posting.note), .text(posting.idempotencyKey),
                posting.expiresAt.map(Cell.time) ?? .none, posting.topUp.map { .number($0) } ?? .none, .none, .none,
            ]
        case .terms(let terms, let actor):
            cells += [
                .text(actor), .none, .none, .none, .none, .figure(terms.overdraft.description),
                .figure(terms.holds.name),
            ]
        }
        bytes = Self.line(cells)
    }

    private static func cells(_ run: RunRecord) -> [Cell] {
        [
            .figure(run.id.description), .figure(run.agent), .figure(run.environment), .number(run.schema),
            .number(run.versionNumber), .figure(run.versionHash.description), .number(run.revision),
            .figure(run.tokenID), .text(run.provider), .text(run.model), .text(run.keyID),
            .figure(run.keySource.name), run.priceVersion == 0 ? .none : .number(run.priceVersion),
            run.multiplierVersion == 0 ? .none : .number(run.multiplierVersion), .figure(run.hold.description),
            .time(run.startedAt),
        ]
    }

    private static func cells(_ end: RunEnd) -> [Cell] {
        let usage = end.usage
        let requests = end.attempts.map(\.providerRequestID).filter { !$0.isEmpty }
        return [
            .figure(end.outcome.name), .figure(end.errorCode), .flag(usage.isEstimated), .figure(end.cost.description),
            .figure(end.listCost.description), .number(end.attempts.count),
        ] + Usage.Counter.allCases.map { .number(usage.usage[$0]) }
            + [.flag(end.exceededHold), .flag(end.clientLeft), .text(requests.joined(separator: " "))]
    }

    private static func line(_ cells: [Cell]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let text = cell.content.utf8
            guard text.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
                bytes += text
                continue
            }
            bytes.append(0x22)
            for byte in text {
                if byte == 0x22 { bytes.append(0x22) }
                bytes.append(byte)
            }
            bytes.append(0x22)
        }
        return bytes + [0x0D, 0x0A]
    }
}
