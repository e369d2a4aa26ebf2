/// What is wrong with a provider's credential, or with a token it was exchanged for: the member at fault and what was
/// expected of it. Quotes no value, and no name but those we look for.
package struct CredentialFault: Error, Hashable, Sendable {
    /// Nil where the fault is of the whole.
    package var member: String?
    package var message: String

    package init(member: String? = nil, _ message: String) {
        self.member = member
        self.message = message
    }
}

extension CredentialFault: CustomStringConvertible {
    /// `private_key: expects a string`.
    package var description: String { member.map { "\($0): \(message)" } ?? message }
}
