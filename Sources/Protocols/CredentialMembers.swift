import JSON

/// The members of a credential that is a JSON object, read by name. Null counts as not there.
struct CredentialMembers {
    private let root: JSONValue

    init(_ bytes: [UInt8]) throws(CredentialFault) {
        do throws(JSONFault) {
            root = try JSONDocument(bytes).root
        } catch {
            throw CredentialFault("expects a JSON object: \(error.reason.rawValue)")
        }
        guard root.kind == .object else { throw CredentialFault("expects a JSON object") }
    }

    /// Throws where there is a member of another name: a misspelt one would be left out in silence.
    func expectOnly(_ names: [String]) throws(CredentialFault) {
        // An object has members.
        let members = (try? root.members()) ?? []
        guard members.allSatisfy({ names.contains($0.name) }) else {
            throw CredentialFault("has a member that is none of \(names.joined(separator: ", "))")
        }
    }

    func value(_ name: String) throws(CredentialFault) -> JSONValue? {
        guard root.member(name) != nil else { return nil }
        guard let value = root.only(name) else { throw CredentialFault(member: name, "stands there twice") }
        return value.isNull ? nil : value
    }

    /// A text that is not empty.
    func text(_ name: String) throws(CredentialFault) -> String? {
        guard let value = try value(name) else { return nil }
        guard let text = value.string, !text.isEmpty else {
            throw CredentialFault(member: name, "expects a string that is not empty")
        }
        return text
    }

    func required(_ name: String) throws(CredentialFault) -> String {
        guard let text = try text(name) else { throw CredentialFault(member: name, "is missing") }
        return text
    }

    /// A text that can stand in a header.
    func requiredToken(_ name: String) throws(CredentialFault) -> String {
        let token = try required(name)
        guard isToken(token) else { throw CredentialFault(member: name, tokenExpected) }
        return token
    }
}

/// Whether a text is visible ASCII throughout, without white space: fit for a header.
func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

let tokenExpected = "expects visible ASCII characters without white space"
