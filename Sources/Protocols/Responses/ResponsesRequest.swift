import Domain
import JSON

/// The body of `POST /v1/responses`, as OpenAI's SDKs send it. `schema` is ours, and so is `input` where it is an object:
/// it fills the template then, and there is no conversation. A string or an array of items is the conversation, as with
/// OpenAI.
package struct ResponsesRequest: Sendable {
    package let call: RunCall

    package init(_ document: JSONDocument) throws(RequestFault) {
        var call = RunCall()
        call.spoken = .responses
        // Responses always tell their usage.
        call.includeUsage = true
        for field in try RunCall.fields(document) {
            switch field.name {
            case "model":
                guard let model = field.value.string else { throw RequestFault("Must be a string.", param: "model") }
                call.model = model
            case "input":
                if field.value.kind == .object {
                    call.input = field.value
                } else {
                    call.messages = try Self.items(field)
                }
            case "instructions":
                guard field.value.kind == .string else {
                    throw RequestFault("Must be a string.", param: "instructions")
                }
                call.system = field.value
            case "schema": call.schema = try RunCall.integer(field, in: 1...Int64(UInt32.max))
            case "stream": call.stream = try RunCall.bool(field)
            case "max_output_tokens":
                call.maxOutputTokens = try RunCall.integer(field, in: 1...Usage.largestOutputMaximum)
                call.maxOutputField = field.name
            // Not OpenAI's, and one answer is all that its streams can tell.
            case "n":
                guard field.value.int == 1 else { throw RequestFault("One answer is given a call.", param: "n") }
            case "background":
                if try RunCall.bool(field) {
                    throw RequestFault("Answers in the background are not supported.", param: "background")
                }
            case "previous_response_id", "conversation":
                throw RequestFault("Answers are not kept: send the whole conversation as input.", param: field.name)
            case "prompt": throw RequestFault("The deployed version brings the prompt.", param: "prompt")
            case _: call.parameters.append(RunCall.Field(name: field.name, value: field.value))
            }
        }
        self.call = call
    }

    private static func items(_ field: JSONMember) throws(RequestFault) -> [JSONValue] {
        if field.value.kind == .string { return try [message(field.value)] }
        guard field.value.kind == .array else {
            throw RequestFault("Must be a string, an array of items, or an object for the template.", param: "input")
        }
        let items = field.value.elements()
        for (index, item) in items.enumerated() {
            guard item.kind == .object else { throw RequestFault("Must be an object.", param: "input[\(index)]") }
            for name in ["type", "role", "content", "output", "tools"] where item.member(name) != nil {
                guard item.only(name) != nil else {
                    throw RequestFault("The field is given twice.", param: "input[\(index)].\(name)")
                }
            }
            if let tools = item.present("tools"), !bringsFunctionsOnly(tools) {
                throw RequestFault("Items can bring functions only.", param: "input[\(index)].tools")
            }
            // What it names is nowhere.
            if item.member("type")?.isString("item_reference") == true {
                throw RequestFault("Items are not kept: send the item itself.", param: "input[\(index)]")
            }
        }
        return items
    }

    /// Whether none of the tools that an item brings is run by the provider, which bills them: those are asked for among
    /// the request's own tools.
    private static func bringsFunctionsOnly(_ tools: JSONValue) -> Bool {
        tools.kind == .array
            && tools.elements().allSatisfy { tool in
                switch tool.only("type")?.string {
                case "function", "custom": true
                case "namespace": tool.only("tools").map(bringsFunctionsOnly) ?? false
                case _: false
                }
            }
    }

    /// The message that a bare string is.
    private static func message(_ text: JSONValue) throws(RequestFault) -> JSONValue {
        var writer = JSONWriter(capacity: text.range.count + 32 + JSONDocument.padding)
        writer.beginObject()
        writer.member("role", "user")
        writer.key("content")
        writer.value(text)
        writer.endObject()
        do throws(JSONFault) { return try JSONDocument(writer.bytes).root } catch {
            throw RequestFault("The text is too long.", param: "input")
        }
    }
}
