import Domain
import JSON

/// The body of `POST /v1/messages`, as Anthropic's SDKs send it; `input` and `schema` are ours.
package struct AnthropicRequest: Sendable {
    package static let versionHeader = "anthropic-version"
    /// The version that we write for; later ones refuse `temperature` and its like.
    package static let version = "2023-06-01"
    /// Names of headers of the client's that a provider of the same protocol is to have.
    package static let headers = [versionHeader, "anthropic-beta"]

    package let call: RunCall

    package init(_ document: JSONDocument) throws(RequestFault) {
        var call = RunCall()
        call.spoken = .anthropic
        // Every stream of Anthropic's says what it used.
        call.includeUsage = true
        for field in try RunCall.fields(document) {
            switch field.name {
            case "model":
                guard let model = field.value.string else { throw RequestFault("Must be a string.", param: "model") }
                call.model = model
            case "input": call.input = try RunCall.object(field)
            case "schema": call.schema = try RunCall.integer(field, in: 1...Int64(UInt32.max))
            case "messages": call.messages = try RunCall.messages(field)
            case "system":
                guard field.value.kind == .string || field.value.kind == .array else {
                    throw RequestFault("Must be a string or an array of text blocks.", param: "system")
                }
                call.system = field.value
            case "stream": call.stream = try RunCall.bool(field)
            case "max_tokens":
                call.maxOutputTokens = try RunCall.integer(field, in: 1...Usage.largestOutputMaximum)
                call.maxOutputField = field.name
            case _: call.parameters.append(RunCall.Field(name: field.name, value: field.value))
            }
        }
        self.call = call
    }
}
