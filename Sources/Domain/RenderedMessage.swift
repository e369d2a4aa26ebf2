/// One message of a rendered prompt, before a protocol writes it in its own form.
package struct RenderedMessage: Hashable, Sendable {
    package enum Role: String, Sendable, CaseIterable {
        case system, developer, user, assistant
        /// Of messages that an input brings along only: a version's own are of the four above.
        case tool, function

        /// Whether a version may have a message of its own in this role.
        package var isTemplated: Bool {
            switch self {
            case .system, .developer, .user, .assistant: true
            case .tool, .function: false
            }
        }
    }

    package enum Content: Hashable, Sendable {
        /// UTF-8 text, not escaped.
        case text([UInt8])
        /// A JSON array of content parts in OpenAI's shape.
        case parts([UInt8])
        /// A message that came whole from the input: all its members but the role, as JSON text without the braces
        /// (`"content":"…","tool_calls":[…]`).
        case members([UInt8])

        package var bytes: [UInt8] {
            switch self {
            case .text(let bytes), .parts(let bytes), .members(let bytes): bytes
            }
        }
    }

    package var role: Role
    package var content: Content
    /// Parts that are not text, and what the model said aloud before. What they come to in tokens is not bounded by their
    /// bytes, since they can be references.
    package var attachmentCount: Int

    package init(role: Role, content: Content, attachmentCount: Int = 0) {
        self.role = role
        self.content = content
        self.attachmentCount = attachmentCount
    }

    package init(role: Role, text: [UInt8]) { self.init(role: role, content: .text(text)) }
}
