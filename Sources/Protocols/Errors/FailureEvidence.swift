/// Status, labels and words of a provider's error, and what they add up to. The tables follow the providers' error
/// pages as of 2026-11.
struct FailureEvidence {
    let status: Int
    let provider: String
    /// Type, code and further labels, lower case.
    private let labels: Set<String>
    /// The message in lower case.
    private let words: String

    init(_ envelope: ErrorEnvelope, status: Int, provider: String) {
        self.status = status
        self.provider = provider
        labels = Set((envelope.labels + [envelope.type, envelope.code].compactMap(\.self)).map { $0.lowercased() })
        words = String(decoding: envelope.message.prefix(8192), as: UTF8.self).lowercased()
    }

    /// First what the body says, most telling first, then what the status does.
    var kind: ProviderFailure.Kind {
        if isQuota { return .quota }
        if isBadKey { return .badKey }
        if isContextTooLong { return .contextTooLong }
        if isFiltered { return .filtered }
        if isModelNotFound { return .modelNotFound }
        if isRateLimited { return .rateLimited }
        if isOverloaded { return .overloaded }
        switch status {
        case 408, 409, 424, 499, 500...: return .serverError
        case 400..<500: return .badRequest
        case _:
            if isLabelled("validationexception") { return .badRequest }
            let isTheirs = isLabelled(
                "server_error", "api_error", "internal", "internal_error", "internalserverexception",
                "modelstreamerrorexception", "modelerrorexception", "modeltimeoutexception")
            return isTheirs ? .serverError : .unknown
        }
    }

    func isRetryable(_ kind: ProviderFailure.Kind) -> Bool {
        switch kind {
        // Groq's 413: this request is above the minute's tokens, however often it comes.
        case .rateLimited: status != 413
        case .badKey, .quota, .overloaded, .serverError, .unknown: true
        // Groq: the model made an invalid call, which it may not the next time.
        case .badRequest: isLabelled("tool_use_failed")
        case .contextTooLong, .filtered, .modelNotFound: false
        }
    }

    private func isLabelled(_ names: String...) -> Bool { names.contains(where: labels.contains) }
    private func says(_ phrases: String...) -> Bool { phrases.contains(where: words.contains) }

    private var isQuota: Bool {
        if status == 402 { return !isLabelled("openrouter_in_flight_budget") }
        if isLabelled(
            "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_error",
            "enforced_spend_limit_reached", "contract_spend_limit_reached", "failed_precondition",
            "servicequotaexceededexception")
        {
            return true
        }
        if status == 429, labels.contains(where: { $0.contains("perday") }) { return true }
        // Bedrock has daily limits under the name of its rates; Cohere's trial keys are counted by the month.
        if isLabelled("throttlingexception"), says("per day") { return true }
        if provider == "cohere", says("calls / month") { return true }
        return says(
            "used all available credits", "credit balance is too low", "specified api usage limits",
            "insufficient balance")
    }

    private var isBadKey: Bool {
        if status == 401
            || isLabelled(
                "api_key_invalid", "invalid_api_key", "authentication_error", "unauthenticated",
                "unrecognizedclientexception", "invalidsignatureexception", "incompletesignatureexception",
                "missingauthenticationtokenexception", "expiredtokenexception", "expiredtoken")
        {
            return true
        }
        if isLabelled("accessdeniedexception") { return !isModelRefused }
        switch status {
        case 403: return !isFiltered && provider != "openrouter"
        case 498: return provider == "cohere"
        case 412: return provider == "fireworks"
        case 400:
            return says(
                "api key not valid", "incorrect api key", "invalid api key", "api key expired", "api key is invalid")
        case _: return false
        }
    }

    /// Bedrock: the account has not got this model; the key is as good as it was.
    private var isModelRefused: Bool {
        isLabelled("accessdeniedexception") && says("access to the model", "model access is denied")
    }

    private var isContextTooLong: Bool {
        // Bedrock: "Too many tokens, please wait before trying again."
        if isLabelled("throttlingexception") { return false }
        if isLabelled("context_length_exceeded", "request_too_large") { return true }
        if status == 413 { return !isLabelled("rate_limit_exceeded") }
        // Gemini says so under 500 at times.
        guard status == 400 || status == 422 || status == 500 || status < 400 else { return false }
        return says(
            "prompt is too long", "maximum context length", "maximum prompt length", "too many tokens",
            "input is too long", "context length exceeded", "exceeds the context window")
            || (says("input token count") && says("exceeds"))
    }

    private var isFiltered: Bool {
        isLabelled(
            "content_filter", "responsibleaipolicyviolation", "content_policy_violation", "content_moderation",
            "moderation") || says("content management policy", "safety system")
            || (status == 403 && provider == "openrouter")
    }

    private var isModelNotFound: Bool {
        isLabelled("model_not_found", "deploymentnotfound", "resourcenotfoundexception") || status == 404
            || isModelRefused || (isLabelled("validationexception") && says("model identifier is invalid"))
    }

    private var isRateLimited: Bool {
        // Bedrock's model that is not ready is nobody's rate.
        (status == 429 && !isLabelled("modelnotreadyexception"))
            || isLabelled(
                "rate_limit_exceeded", "rate_limit_error", "slow_down", "openrouter_in_flight_budget",
                "throttlingexception")
            || (status < 400 && isLabelled("resource_exhausted"))
    }

    private var isOverloaded: Bool {
        status == 503 || status == 529
            || isLabelled(
                "overloaded_error", "server_is_overloaded", "unavailable", "modelnotreadyexception",
                "serviceunavailableexception")
            // Groq: flex capacity is used up.
            || (status == 498 && provider == "groq")
    }
}
