/// The key of a Google service account, as the file that Google Cloud gives out has it. Its description names no part of it.
package struct GoogleServiceAccount: Hashable, Sendable {
    package var email: String
    /// PKCS #8 in PEM, not looked at here.
    package var privateKey: String
    package var privateKeyID: String?
    /// Where the signed assertion is exchanged for an access token.
    package var tokenURI: String
    package var projectID: String?

    /// - Parameter json: the file. Members it has besides are left out.
    package init(_ json: [UInt8]) throws(CredentialFault) {
        let members = try CredentialMembers(json)
        guard try members.required("type") == "service_account" else {
            throw CredentialFault(
                member: "type", "expects service_account: other kinds of credentials are not supported")
        }
        email = try members.requiredToken("client_email")
        privateKey = try members.required("private_key")
        privateKeyID = try members.text("private_key_id")
        tokenURI = try members.text("token_uri") ?? Self.tokenEndpoint
        guard Self.isAddress(tokenURI) else {
            throw CredentialFault(member: "token_uri", "expects an http or https URL")
        }
        projectID = try members.text("project_id")
        if let projectID, !projectID.utf8.allSatisfy(Self.isProjectByte) {
            throw CredentialFault(member: "project_id", "expects letters, digits, hyphens, dots and colons")
        }
    }

    /// Google's own, and what every assertion names as its audience, wherever it is sent.
    package static let tokenEndpoint = "https://oauth2.googleapis.com/token"

    /// Absolute, without credentials and fragment.
    private static func isAddress(_ text: String) -> Bool {
        guard isToken(text), let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
            return false
        }
        let rest = text.dropFirst(scheme.utf8.count)
        return rest.first.map { !"/?:".contains($0) } ?? false && !rest.contains("@") && !rest.contains("#")
    }

    /// It becomes a part of a path; projects of a domain's own have a colon.
    private static func isProjectByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
            UInt8(ascii: "_"):
            true
        case _: false
        }
    }
}

extension GoogleServiceAccount: CustomStringConvertible, CustomReflectable {
    package var description: String { "Google service account" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
