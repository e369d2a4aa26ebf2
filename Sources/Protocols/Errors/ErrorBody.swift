import Domain
import JSON

/// An error in OpenAI's shape: `{"error":{"message","type","param","code"}}`.
package struct ErrorBody: Sendable {
    package var message: String
    package var type: String
    package var param: String?
    package var code: String?
    /// Further members of the error object, each a name and a JSON value: `needed`, `held`, `available`.
    package var extra: [(name: String, json: String)]
    /// All that is wrong with the input or the output, their pointers beginning there.
    package var faults: [DataFault] = []
    /// What the pointers of `faults` are written to begin with.
    package var faultsRoot = ""

    package init(
        message: String, type: String, param: String? = nil, code: String?, extra: [(name: String, json: String)] = []
    ) {
        self.message = message
        self.type = type
        self.param = param
        self.code = code
        self.extra = extra
    }

    package func encode() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.member("message", message)
        writer.member("type", type)
        writer.details(of: self)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// The event that ends a stream of OpenAI's in place of `[DONE]`: SDKs raise on it.
    package func encodeEvent() -> [UInt8] { ServerSentEvent.frame(json: encode()) }

    /// OpenAI's `type` for an HTTP status.
    package static func type(forStatus status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "insufficient_quota"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        case _: "invalid_request_error"
        }
    }
}

extension JSONWriter {
    /// What every protocol's error has of ours beside its message: field, code, figures, faults.
    mutating func details(of error: ErrorBody) {
        key("param")
        optional(error.param)
        key("code")
        optional(error.code)
        for member in error.extra {
            key(member.name)
            raw(member.json.utf8)
        }
        guard !error.faults.isEmpty else { return }
        key("faults")
        faults(error.faults, root: error.faultsRoot)
    }
}
