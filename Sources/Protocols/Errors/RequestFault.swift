/// What is wrong with a client's request. The message is constant text, but for names of fields; it quotes no value.
package struct RequestFault: Error, Hashable, Sendable {
    package var message: String
    /// The field at fault, as in OpenAI's errors: `messages[2].role`.
    package var param: String?

    package init(_ message: String, param: String? = nil) {
        self.message = message
        self.param = param
    }
}

extension RequestFault {
    /// A part of a message that cannot be said in the provider's protocol.
    static let nativePart = RequestFault(
        "The messages have a part of a kind that only its own protocol knows, and the deployed provider speaks another.",
        param: "messages")
    static let toolClash = RequestFault(
        "A tool has the name of one that the deployed version brings: the version's come first, then the request's.",
        param: "tools")
    static let misplacedPart = RequestFault("A message has a part that its role cannot say.", param: "messages")
}
