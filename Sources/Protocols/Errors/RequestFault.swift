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
