import Admin
import Glibc
import JSON
import NIOConcurrencyHelpers
import Storage

/// Has the ledger's files audited in a process of its own: LMDB checks little of what it reads, so a damaged page may end
/// whoever reads it, by an assertion or by a place in memory that is none.
struct LedgerReader: Sendable {
    /// What a process of the audit says, a line each.
    enum Line: Hashable {
        /// What is read next.
        case place(LedgerAudit.Place)
        /// What it came to, as JSON.
        case outcome(String)
        /// Why the files were not opened; whether that is for damage.
        case refusal(String, isDamage: Bool)
        /// A word of whatever ended it.
        case other(String)

        var text: String {
            switch self {
            case .place(let place): "at \(place.part.rawValue) \(place.entry)"
            case .outcome(let json): json
            case .refusal(let reason, let isDamage): "refused \(isDamage ? "damaged" : "closed") \(reason)"
            case .other(let text): text
            }
        }

        init(_ text: String) {
            let words = text.split(separator: " ", maxSplits: 2)
            switch words.first {
            case "at":
                guard words.count == 3, let part = LedgerAudit.Place.Part(rawValue: String(words[1])),
                    let entry = UInt64(words[2])
                else { break }
                self = .place(LedgerAudit.Place(part, entry: entry))
                return
            case "refused":
                guard words.count == 3 else { break }
                self = .refusal(String(words[2]), isDamage: words[1] == "damaged")
                return
            case _:
                guard text.first == "{" else { break }
                self = .outcome(text)
                return
            }
            self = .other(text)
        }
    }

    /// What was heard of one so far.
    struct Heard: Hashable {
        /// Nil where the files were not opened, as far as was heard.
        var place: LedgerAudit.Place?
        var outcome: String?
        var refusal: String?
        var isDamage = false
        /// The last word that was none of ours.
        var other = ""

        mutating func take(_ line: Line) {
            switch line {
            case .place(let place): self.place = place
            case .outcome(let json): outcome = json
            case .refusal(let reason, let isDamage):
                refusal = reason
                self.isDamage = isDamage
            case .other(let text): other = String(text.filter { $0.isASCII && !$0.isNewline }.prefix(200))
            }
        }
    }

    /// How to get the books back.
    static let restore =
        "stop the server, move the ledger's folder away, `tollgate ledger restore`: docs/operations.md, Restore"
    /// Entries read in one transaction, between two words of where it is.
    static let chunk = 1_000
    /// It says where it is all along; what says nothing for so long goes round in circles.
    private static let silence = Duration.seconds(300)

    let folder: String
    let mapBytes: Int
    /// Whether it makes way for other processes.
    let isNice: Bool

    /// Nil where the task was cancelled. Throws what kept the files from being opened, other than damage.
    func verdict() async throws(CommandFailure) -> LedgerVerdict? {
        let heard = NIOLockedValueBox(Heard())
        var arguments = ["ledger", "read-files", "--folder", folder, "--map-bytes", "\(mapBytes)"]
        if isNice { arguments.append("--nice") }
        let end = try await ChildProcess.run(arguments, silence: Self.silence) { text in
            heard.withLockedValue { $0.take(Line(text)) }
        }
        if end == .cancelled { return nil }
        return try Self.verdict(end, heard.withLockedValue { $0 })
    }

    /// What the end of such a process and its words mean.
    static func verdict(_ end: ChildProcess.End, _ heard: Heard) throws(CommandFailure) -> LedgerVerdict {
        if end == .exited(0), let outcome = heard.outcome, let isClean = isClean(outcome) {
            return LedgerVerdict(isClean: isClean, json: Array(outcome.utf8))
        }
        if let refusal = heard.refusal {
            guard heard.isDamage else { throw CommandFailure(refusal) }
            return unreadable(heard, heard.place == nil ? refusal : "\(refusal), \(place(heard))")
        }
        return unreadable(end, heard)
    }

    private static func isClean(_ outcome: String) -> Bool? {
        guard let document = try? JSONDocument(Array(outcome.utf8)) else { return nil }
        return document.root.member("clean")?.bool
    }

    private static func unreadable(_ heard: Heard, _ reason: String, isDamage: Bool = true) -> LedgerVerdict {
        LedgerVerdict(
            unreadableFrom: (heard.place?.entry ?? 0) + 1, reason: reason, restore: isDamage ? Self.restore : nil)
    }

    /// Nothing was heard of what the books come to.
    private static func unreadable(_ end: ChildProcess.End, _ heard: Heard) -> LedgerVerdict {
        let said = heard.other.isEmpty ? "" : " (\(heard.other))"
        switch end {
        case .killed(let signal):
            guard let name = faults[signal] else {
                return unreadable(
                    heard, "it was not read to its end: signal \(signal) came \(place(heard)); verify again",
                    isDamage: false)
            }
            return unreadable(heard, "the file is damaged: reading it ended in \(name) \(place(heard))\(said)")
        case .silent:
            return unreadable(heard, "the file is damaged: reading it did not go on \(place(heard))\(said)")
        case .exited(let code):
            return unreadable(
                heard, "it was not read to its end: exit code \(code) \(place(heard))\(said)", isDamage: false)
        case .cancelled:
            return unreadable(heard, "it was not read to its end: nobody waited for it", isDamage: false)
        }
    }

    /// By which a process ends that reads what is damaged.
    private static let faults: [Int32: String] = [
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL", SIGSEGV: "SIGSEGV",
        SIGTRAP: "SIGTRAP",
    ]

    private static func place(_ heard: Heard) -> String {
        guard let place = heard.place else { return "before the first entry" }
        let entry = place.entry
        return switch place.part {
        case .entries: "within the \(chunk) entries after entry \(entry), or their runs"
        case .sums: "after all \(entry) entries, in the balances, rollups and lists kept beside them"
        case .keys: "after all \(entry) entries, in the idempotency keys and responses kept beside them"
        }
    }
}
