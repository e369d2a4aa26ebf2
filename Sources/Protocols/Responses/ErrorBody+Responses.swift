import JSON

extension ErrorBody {
    /// The body of a request to OpenAI's Responses that failed: as with chat completions, whatever the status.
    package func encodeResponses() -> [UInt8] { encode() }

    /// The event that ends a stream of Responses, or comes before `response.failed`. OpenAI documents its members flat and
    /// sends them nested; SDKs raise on the nested ones only.
    package func encodeResponsesEvent(sequence: Int = 0) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", "error")
        writer.key("sequence_number")
        writer.int(sequence)
        writer.key("code")
        writer.optional(code)
        writer.member("message", message)
        writer.key("param")
        writer.optional(param)
        writer.key("error")
        writer.beginObject()
        writer.member("message", message)
        writer.member("type", type)
        writer.details(of: self)
        writer.endObject()
        writer.endObject()
        return ServerSentEvent.frame(name: "error", json: writer.bytes)
    }
}
