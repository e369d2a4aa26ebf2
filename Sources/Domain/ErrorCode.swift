/// Every way a request to either port can end that is not success: a bounded label, also in logs and metrics,
/// with the HTTP status it gets. The codes are promises to users.
package enum ErrorCode: String, Sendable, CaseIterable {
    case invalidRequest = "invalid_request"
    case invalidInput = "invalid_input"
    case modelNotDeployed = "model_not_deployed"
    case invalidToken = "invalid_token"
    case tokenSuspended = "token_suspended"
    case tokenExpired = "token_expired"
    case tokenRevoked = "token_revoked"
    case insufficientCredits = "insufficient_credits"
    case scopeMismatch = "scope_mismatch"
    case deploymentPaused = "deployment_paused"
    case forbidden = "forbidden"
    case notDeployed = "not_deployed"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case alreadyExists = "already_exists"
    case revisionConflict = "revision_conflict"
    case idempotencyConflict = "idempotency_conflict"
    case requestTimeout = "request_timeout"
    case requestTooLarge = "request_too_large"
    case headersTooLarge = "headers_too_large"
    case rateLimited = "rate_limited"
    case internalError = "internal_error"
    case providerError = "provider_error"
    /// The model's answer is not what the agent's output schema asks for.
    case invalidOutput = "invalid_output"
    case noUsableKey = "no_usable_key"
    case draining = "draining"
    case ledgerUnavailable = "ledger_unavailable"
    case storeUnavailable = "store_unavailable"
    case overloaded = "overloaded"
    case deadlineExceeded = "deadline_exceeded"

    /// HTTP status.
    package var status: Int {
        switch self {
        case .invalidRequest, .invalidInput, .modelNotDeployed: 400
        case .invalidToken, .tokenSuspended, .tokenExpired, .tokenRevoked: 401
        case .insufficientCredits: 402
        case .scopeMismatch, .deploymentPaused, .forbidden: 403
        case .notDeployed, .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .alreadyExists, .revisionConflict, .idempotencyConflict: 409
        case .requestTooLarge: 413
        case .rateLimited: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .providerError, .invalidOutput: 502
        case .noUsableKey, .draining, .ledgerUnavailable, .storeUnavailable, .overloaded: 503
        case .deadlineExceeded: 504
        }
    }
}
