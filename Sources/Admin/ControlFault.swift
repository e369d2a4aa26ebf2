import Domain
import Storage

/// Why the admin plane refuses: one of the promised codes, and a text that says what to do. It carries names and
/// places of the request, never a secret and nothing of a prompt.
package struct ControlFault: Error, Hashable, Sendable {
    package var code: ErrorCode
    package var detail: String
    /// JSON Pointer (RFC 6901) into the request's body.
    package var pointer: String?
    /// Place within the template that `pointer` leads to, counted from 1.
    package var line: Int?
    package var column: Int?
    /// The actual revision, with `revisionConflict`.
    package var revision: UInt64?
    /// What could be taken, with `insufficientCredits`.
    package var available: NanoCredits?
    /// What of a run's cost is left to be refunded, where more was asked for.
    package var left: NanoCredits?
    /// Line of the body of an import or of a reconciliation, counted from 1.
    package var inputLine: Int?

    package init(_ code: ErrorCode, _ detail: String, at pointer: String? = nil) {
        self.code = code
        self.detail = detail
        self.pointer = pointer
    }

    static func notFound(_ what: String) -> Self { Self(.notFound, "there is no such \(what)") }

    static func invalid(_ detail: String, at pointer: String? = nil) -> Self {
        Self(.invalidRequest, detail, at: pointer)
    }

    static func revisionConflict(actual: UInt64) -> Self {
        var fault = Self(.revisionConflict, "the revision is \(actual), not the expected one; look again, then decide")
        fault.revision = actual
        return fault
    }

    /// What a failing store means to a caller.
    init(_ error: StorageError) {
        switch error.kind {
        case .overloaded: self.init(.rateLimited, "too many changes are waiting; try again")
        case .closed: self.init(.draining, "the server is shutting down")
        case .full:
            self.init(
                .storeUnavailable,
                "there is too little room for changes; free disk space, or reserve a larger map (catalog.map_bytes)")
        case .broken: self.init(.storeUnavailable, "the store met a fatal fault; see to the disk, then restart")
        case .corrupt, .unavailable, .failed: self.init(.internalError, error.description)
        }
    }
}
