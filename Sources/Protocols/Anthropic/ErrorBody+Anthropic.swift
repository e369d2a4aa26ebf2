import JSON

extension ErrorBody {
    /// In Anthropic's shape: `{"type":"error","error":{"type","message",…},"request_id"}`.
    /// - Parameters:
    ///   - status: HTTP's, which decides the type that SDKs raise.
    ///   - requestID: as the header has it.
    package func encodeAnthropic(status: Int, requestID: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", "error")
        writer.key("error")
        writer.beginObject()
        writer.member("type", Self.anthropicType(forStatus: status))
        writer.member("message", message)
        writer.details(of: self)
        writer.endObject()
        writer.member("request_id", requestID)
        writer.endObject()
        return writer.bytes
    }

    /// The event that ends a stream.
    package func encodeAnthropicEvent(status: Int, requestID: String) -> [UInt8] {
        ServerSentEvent.frame(name: "error", json: encodeAnthropic(status: status, requestID: requestID))
    }

    private static func anthropicType(forStatus status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 503, 529: "overloaded_error"
        case 504: "timeout_error"
        case 500...: "api_error"
        case _: "invalid_request_error"
        }
    }
}
