import JSON

extension ErrorBody {
    /// In Google's shape, `{"error":{"code","message","status","details"}}`; our own code is the reason of an
    /// `ErrorInfo`, as Google has its own ones.
    /// - Parameter status: of HTTP, or what it would have been.
    package func encodeGemini(status: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("code")
        writer.int(status)
        writer.member("message", message)
        writer.member("status", Self.googleStatus(status))
        writer.key("details")
        writer.beginArray()
        writer.errorInfo(self)
        if let param { writer.badRequest(param, message) }
        writer.endArray()
        for member in extra {
            writer.key(member.name)
            writer.raw(member.json.utf8)
        }
        if !faults.isEmpty {
            writer.key("faults")
            writer.faults(faults, root: faultsRoot)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// What ends a stream: Google's is JSON without `data:` before it, which its SDKs raise on.
    package func encodeGeminiEvent(status: Int) -> [UInt8] { encodeGemini(status: status) + Array("\n\n".utf8) }

    /// Google's name for an HTTP status (google.rpc.Code).
    static func googleStatus(_ status: Int) -> String {
        switch status {
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 409: "ABORTED"
        case 402, 429: "RESOURCE_EXHAUSTED"
        case 499: "CANCELLED"
        case 501: "UNIMPLEMENTED"
        case 502, 503, 529: "UNAVAILABLE"
        case 504: "DEADLINE_EXCEEDED"
        case 500...: "INTERNAL"
        case _: "INVALID_ARGUMENT"
        }
    }
}

extension JSONWriter {
    fileprivate mutating func errorInfo(_ error: ErrorBody) {
        beginObject()
        member("@type", "type.googleapis.com/google.rpc.ErrorInfo")
        member("reason", error.code ?? error.type)
        member("domain", "tollgate")
        endObject()
    }

    fileprivate mutating func badRequest(_ field: String, _ message: String) {
        beginObject()
        member("@type", "type.googleapis.com/google.rpc.BadRequest")
        key("fieldViolations")
        beginArray()
        beginObject()
        member("field", field)
        member("description", message)
        endObject()
        endArray()
        endObject()
    }
}
