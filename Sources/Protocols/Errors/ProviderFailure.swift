import JSON

/// What went wrong at a provider, told from the body as much as from the status: bad keys come as 400 (Gemini, xAI),
/// spent quotas as 429 (OpenAI, xAI, Anthropic), a request too large for a rate as 413 (Groq).
package struct ProviderFailure: Error, Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The key is wrong, or lacks the right: it goes out of rotation, the next one is tried.
        case badKey = "bad_key"
        /// Money or a long-term limit is used up: the key cools down for long.
        case quota = "quota"
        case rateLimited = "rate_limited"
        /// About the request, not the provider: no retry, no benching.
        case contextTooLong = "context_too_long"
        /// About the request, not the provider: no retry, no benching.
        case filtered = "filtered"
        case badRequest = "bad_request"
        case modelNotFound = "model_not_found"
        case overloaded = "overloaded"
        case serverError = "server_error"
        case unknown = "unknown"
    }

    package var kind: Kind
    /// Whether another attempt (another key, another provider, or the same later) may end better.
    package var isRetryable: Bool
    /// The provider's words, without secrets, at most `Redaction.maximumByteCount` bytes; empty where it said nothing.
    package var message: String
    package var type: String?
    package var code: String?
    /// How long the body asks to wait before another try, in milliseconds; most providers say so in a header only.
    package var retryDelay: Int64?

    /// - Parameters:
    ///   - status: the HTTP status.
    ///   - body: as it came, JSON or not.
    ///   - errorType: the header `x-amzn-ErrorType`, where AWS says what its body leaves out.
    ///   - secrets: literal secrets of the attempt, removed wherever they occur.
    package static func classify(
        status: Int, body: [UInt8], dialect: ProviderDialect, errorType: String? = nil, secrets: [String] = []
    ) -> ProviderFailure {
        var envelope = ErrorEnvelope(body: body)
        // `ThrottlingException:http://internal.amazon.com/coral/…`.
        if let name = errorType?.split(separator: ":").first?.split(separator: "#").last {
            envelope.type = String(name)
        }
        return ProviderFailure(envelope, status: status, dialect, secrets)
    }

    /// Of an error that came under HTTP 200: `ChatStreamEvent.error`, `ChatResponse.error`.
    package static func classify(
        error: JSONValue, dialect: ProviderDialect, secrets: [String] = []
    ) -> ProviderFailure {
        ProviderFailure(ErrorEnvelope(error), status: 200, dialect, secrets)
    }

    private init(_ envelope: ErrorEnvelope, status: Int, _ dialect: ProviderDialect, _ secrets: [String]) {
        // Under 200 the body may carry the status that there was no other place for.
        let status = status < 400 ? envelope.status ?? status : status
        let evidence = FailureEvidence(envelope, status: status, provider: dialect.name)
        kind = evidence.kind
        isRetryable = evidence.isRetryable(kind)
        message = Redaction.clean(envelope.message, secrets: secrets)
        type = envelope.type.map { Redaction.clean($0.utf8, secrets: secrets) }
        retryDelay = envelope.retryDelay
        code = envelope.code.map { Redaction.clean($0.utf8, secrets: secrets) }
    }
}
