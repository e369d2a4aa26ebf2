/// One message of a rendered prompt, before a protocol writes it in its own form.
package struct RenderedMessage: Hashable, Sendable {
    package enum Role: String, Sendable, CaseIterable { case system, developer, user, assistant }

    package var role: Role
    /// UTF-8 text, not escaped.
    package var text: [UInt8]

    package init(role: Role, text: [UInt8]) {
        self.role = role
        self.text = text
    }
}
