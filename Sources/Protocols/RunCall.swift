import JSON

/// What a client asks of a deployment, whichever protocol it asked in. Values are views of the request's own bytes.
package struct RunCall: Sendable {
    /// A request parameter that is passed on without being understood.
    package struct Field: Sendable {
        package let name: String
        package let value: JSONValue
    }

    /// The protocol it asked in, which `messages`, `system` and `parameters` are of.
    package var spoken = WireProtocol.chat
    package var model: String?
    /// The schema number that the client says it was written for.
    package var schema: Int64?
    /// An object that fills the template.
    package var input: JSONValue?
    /// Follow the rendered messages. Each is an object, otherwise untouched.
    package var messages: [JSONValue] = []
    /// Instructions, where the protocol has them beside the messages.
    package var system: JSONValue?
    package var stream = false
    /// Whether a streaming client asked for the usage chunk.
    package var includeUsage = false
    package var streamOptions: JSONValue?
    /// In tokens, at least 1.
    package var maxOutputTokens: Int64?
    /// The field that said so: `max_completion_tokens`, `max_tokens`, `max_output_tokens`.
    package var maxOutputField: String?
    /// How many choices: 1 to 128.
    package var n: Int64 = 1
    /// The client's own labels, of the native form only; OpenAI's `metadata` is one of `parameters`.
    package var metadata: JSONValue?
    /// Headers that are of the protocol rather than of HTTP, in lower case.
    package var protocolHeaders: [(name: String, value: String)] = []
    /// All other top-level fields that are not null, in the order they came.
    package var parameters: [Field] = []

    /// What is to be embedded, where that is asked: all else of the request then says nothing.
    package var embeddings: EmbeddingsRequest?
    /// The client's own name for the run.
    package var id: String?
    /// What it names of what it runs, where its protocol has that.
    package var place: Place?
    /// Fields that have no counterpart here, in the order they came.
    package var ignored: [String] = []

    package init() {}

    /// What a client says that it runs. A deployment token decides that; none of it may be otherwise.
    package struct Place: Hashable, Sendable {
        /// Nil: whose the token is.
        package var organization: String?
        package var agent: String
        package var environment: String?
        /// A number, or what is none here.
        package var version: String?
    }
}

extension RunCall {
    /// The top-level fields of a request body: null counts as absent, a name given twice is refused.
    static func fields(_ document: JSONDocument) throws(RequestFault) -> [JSONMember] {
        guard let members = try? document.root.members() else {
            throw RequestFault("The request body must be a JSON object.")
        }
        var names: Set<String> = []
        for member in members where !names.insert(member.name).inserted {
            throw RequestFault("The field is given twice.", param: member.name)
        }
        return members.filter { !$0.value.isNull }
    }

    static func object(_ field: JSONMember) throws(RequestFault) -> JSONValue {
        guard field.value.kind == .object else { throw RequestFault("Must be an object.", param: field.name) }
        return field.value
    }

    static func bool(_ field: JSONMember) throws(RequestFault) -> Bool {
        guard let value = field.value.bool else { throw RequestFault("Must be true or false.", param: field.name) }
        return value
    }

    static func integer(_ field: JSONMember, in range: ClosedRange<Int64>) throws(RequestFault) -> Int64 {
        guard let value = field.value.int, range.contains(value) else {
            let bound =
                range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw RequestFault("Must be an integer, \(bound).", param: field.name)
        }
        return value
    }

    static func messages(_ field: JSONMember) throws(RequestFault) -> [JSONValue] {
        guard field.value.kind == .array else { throw RequestFault("Must be an array.", param: field.name) }
        let messages = field.value.elements()
        for (index, message) in messages.enumerated() {
            guard message.kind == .object else {
                throw RequestFault("Must be an object.", param: "messages[\(index)]")
            }
            guard message.member("role")?.kind == .string else {
                throw RequestFault("Must be a string.", param: "messages[\(index)].role")
            }
        }
        return messages
    }
}
