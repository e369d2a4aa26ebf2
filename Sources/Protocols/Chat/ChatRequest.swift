import Domain
import JSON

/// The body of `POST /v1/chat/completions`, as OpenAI's SDKs send it; `input` and `schema` are ours.
package struct ChatRequest: Sendable {
    package let call: RunCall

    package init(_ document: JSONDocument) throws(RequestFault) {
        var call = RunCall()
        for field in try RunCall.fields(document) {
            switch field.name {
            case "model":
                guard let model = field.value.string else { throw RequestFault("Must be a string.", param: "model") }
                call.model = model
            case "input": call.input = try RunCall.object(field)
            case "messages": call.messages = try RunCall.messages(field)
            case "schema": call.schema = try RunCall.integer(field, in: 1...Int64(UInt32.max))
            case "stream": call.stream = try RunCall.bool(field)
            case "stream_options":
                call.streamOptions = try RunCall.object(field)
                call.includeUsage = try Self.includesUsage(field.value)
            case "max_completion_tokens":
                call.maxOutputTokens = try RunCall.integer(field, in: 1...Usage.largestOutputMaximum)
                call.maxOutputField = field.name
            case "max_tokens":
                let maximum = try RunCall.integer(field, in: 1...Usage.largestOutputMaximum)
                guard call.maxOutputField == nil else { continue }
                call.maxOutputTokens = maximum
                call.maxOutputField = field.name
            case "n": call.n = try RunCall.integer(field, in: 1...128)
            case _: call.parameters.append(RunCall.Field(name: field.name, value: field.value))
            }
        }
        self.call = call
    }

    private static func includesUsage(_ options: JSONValue) throws(RequestFault) -> Bool {
        guard let value = options.present("include_usage") else { return false }
        guard let isAsked = value.bool else {
            throw RequestFault("Must be true or false.", param: "stream_options.include_usage")
        }
        return isAsked
    }
}
