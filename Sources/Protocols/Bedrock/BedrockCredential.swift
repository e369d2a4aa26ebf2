import Domain

/// What a provider key for Bedrock holds: a Bedrock API key as it is, or an AWS access key as a JSON object
/// `{"access_key_id", "secret_access_key", "session_token"?, "region"?}`. Its description names no part of it.
package enum BedrockCredential: Hashable, Sendable {
    /// Sent as `Authorization: Bearer`.
    case apiKey(String)
    /// Signs each request; and the region it is for, where it says so: lower case letters, digits and hyphens, fit for a
    /// host's name.
    case accessKey(AWSAccessKey, region: String?)

    /// - Parameter secret: as it was sealed.
    package init(_ secret: String) throws(CredentialFault) {
        guard let first = secret.utf8.first(where: { !Self.isSpace($0) }) else { throw CredentialFault("is empty") }
        guard first == UInt8(ascii: "{") else {
            guard isToken(secret) else {
                throw CredentialFault("expects a Bedrock API key of visible ASCII characters, or a JSON object")
            }
            self = .apiKey(secret)
            return
        }
        let members = try CredentialMembers(Array(secret.utf8))
        try members.expectOnly(["access_key_id", "secret_access_key", "session_token", "region"])
        let id = try members.required("access_key_id")
        guard id.utf8.count <= 128, id.utf8.allSatisfy(Self.isWord) else {
            throw CredentialFault(member: "access_key_id", "expects at most 128 letters, digits and underscores")
        }
        let secretKey = try members.requiredToken("secret_access_key")
        let token = try members.text("session_token")
        if let token, !isToken(token) { throw CredentialFault(member: "session_token", tokenExpected) }
        let region = try members.text("region")
        if let region, !Self.isRegion(region) {
            throw CredentialFault(member: "region", "expects a region's name, as us-east-1")
        }
        self = .accessKey(AWSAccessKey(id: id, secret: secretKey, sessionToken: token), region: region)
    }

    /// Whether a text can be a region: it becomes a part of a host's name.
    package static func isRegion(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-") else {
            return false
        }
        return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// Where Bedrock's models of a region are called.
    package static func baseURL(region: String) -> String {
        "https://bedrock-runtime.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }

    /// The region that a host of AWS's own is of: `bedrock-runtime.us-east-1.amazonaws.com`, also of its FIPS kind and of
    /// a private endpoint. Nil for other hosts.
    package static func region(ofHost host: String) -> String? {
        let labels = host.lowercased().split(separator: ".")
        guard labels.contains("amazonaws"),
            let service = labels.firstIndex(where: { $0 == "bedrock-runtime" || $0 == "bedrock-runtime-fips" }),
            labels.indices.contains(service + 1), isRegion(String(labels[service + 1]))
        else { return nil }
        return String(labels[service + 1])
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
    }
}

extension BedrockCredential: CustomStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .apiKey: "Bedrock API key"
        case .accessKey(let key, region: _): key.description
        }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
