import JSON

extension ErrorBody {
    /// In WorkflowAI's shape, `{"error":{"code","message","status_code","details"},"id"}` (`ErrorResponse` and `BaseError`
    /// of its SDK, `workflowai/core/domain/errors.py`), with our codes.
    /// - Parameter id: of the run; nil leaves it to the details.
    package func encodeWorkflowAI(status: Int, id: String?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("code")
        writer.optional(code)
        writer.member("message", message)
        writer.key("status_code")
        writer.int(status)
        writer.key("details")
        writer.beginObject()
        writer.details(of: self)
        writer.endObject()
        writer.endObject()
        if let id { writer.member("id", id) }
        writer.endObject()
        return writer.bytes
    }

    /// The event that ends a stream. Without an id: the SDK takes whatever has one for a run, and raises nothing.
    package func encodeWorkflowAIEvent(status: Int) -> [UInt8] {
        ServerSentEvent.frame(json: encodeWorkflowAI(status: status, id: nil))
    }
}
