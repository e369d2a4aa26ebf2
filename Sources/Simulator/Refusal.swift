/// Why no answer comes; every protocol has its own status and envelope for each.
enum Refusal {
    case badRequest(String)
    case tooLarge
    case unknownRoute
    case unauthorized
    case forbidden
    /// The model is not known.
    case notFound
    case rateLimited
    /// Of the kind that waiting does not mend.
    case insufficientQuota
    /// The input is longer than the model takes.
    case tooLong
    case serverError
    case unavailable

    /// The fault is this and nothing else.
    init?(_ fault: Fault) {
        switch fault {
        case .unauthorized: self = .unauthorized
        case .forbidden: self = .forbidden
        case .notFound: self = .notFound
        case .rateLimited: self = .rateLimited
        case .insufficientQuota: self = .insufficientQuota
        case .tooLong: self = .tooLong
        case .serverError: self = .serverError
        case .unavailable: self = .unavailable
        case .refuse, .hang, .hangMid, .reset, .truncate, .unfinished, .malformed, .html, .badOutput, .noUsage,
            .errorEvent, .slow, .hugeHeaders, .redirect:
            return nil
        }
    }

    var message: String {
        switch self {
        case .badRequest(let message): message
        case .tooLarge: "The request is too large."
        case .unknownRoute: "Unknown route."
        case .unauthorized: "Incorrect API key provided."
        case .forbidden: "This key may not use this model."
        case .notFound: "The model does not exist."
        case .rateLimited: "Rate limit reached."
        case .insufficientQuota: "You exceeded your current quota."
        case .tooLong:
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
        case .serverError: "The server had an error."
        case .unavailable: "The engine is overloaded."
        }
    }

    /// Of protocols that tell in a header when to come again.
    func retryHeaders(_ seconds: Int) -> [(String, String)] {
        if case .rateLimited = self { [("retry-after", "\(seconds)")] } else { [] }
    }
}
