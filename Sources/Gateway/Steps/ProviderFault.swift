import Domain
import Protocols
import Transport

/// What a failure at a provider means for the client.
enum ProviderFault {
    /// The provider answered something that is no answer.
    static func nonsense(_ message: String) -> GatewayError {
        var error = GatewayError(.providerError, message)
        error.attempt = .nonsense
        return error
    }

    /// The provider said no. What is about the request is the client's to mend and keeps its status of 400; a rate
    /// limit is the client's to wait out; all else is between us and the provider.
    static func of(_ failure: ProviderFailure, status: Int, retryAfter: Int?) -> GatewayError {
        var error = meaning(failure, status: status, retryAfter: retryAfter)
        error.attempt = .refused(failure.kind)
        return error
    }

    static func of(_ error: TransportError, clientHasLeft: Bool) -> GatewayError {
        var fault = meaning(error, clientHasLeft: clientHasLeft)
        fault.attempt = .broken(error.kind)
        return fault
    }

    private static func meaning(_ failure: ProviderFailure, status: Int, retryAfter: Int?) -> GatewayError {
        let words = failure.message.isEmpty ? "no reason given" : failure.message
        switch failure.kind {
        case .contextTooLong, .filtered, .badRequest:
            return GatewayError(.invalidRequest, "The provider refused the request: \(words)")
        case .rateLimited:
            // Above a minute or two SDKs do not wait at all.
            let seconds = retryAfter ?? failure.retryDelay.map { Int(($0 + 999) / 1_000) } ?? 1
            return GatewayError(
                .rateLimited, "The provider's rate limit is reached: \(words)", retryAfter: min(max(seconds, 1), 60))
        case .badKey:
            return GatewayError(
                .providerError, "The provider refused the key it is called with (status \(status)): \(words)")
        case .quota:
            return GatewayError(.providerError, "The provider key's quota is used up (status \(status)): \(words)")
        case .modelNotFound, .overloaded, .serverError, .unknown:
            return GatewayError(.providerError, "The provider answered with an error (status \(status)): \(words)")
        }
    }

    private static func meaning(_ error: TransportError, clientHasLeft: Bool) -> GatewayError {
        switch error.kind {
        case .firstByteTimeout, .connectTimeout, .idleTimeout, .totalTimeout:
            GatewayError(.deadlineExceeded, "The provider took too long: \(error.label).")
        case .cancelled where clientHasLeft:
            GatewayError(.deadlineExceeded, "The client left, and the provider did not end soon after.")
        case .cancelled, .closed:
            GatewayError(.draining, "The gateway is shutting down.", retryAfter: 1)
        case .overloaded:
            GatewayError(.rateLimited, "Too many runs are under way.", retryAfter: 1)
        case .resolve, .connect, .tls, .sendFailed, .cutShort, .emptyReply, .headersTooLarge, .bodyTooLarge,
            .malformed, .badURL, .badRequest:
            GatewayError(.providerError, "The provider could not be reached or broke off: \(error.label).")
        }
    }
}
