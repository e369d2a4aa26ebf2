import Domain
import JSON

/// The JWT by which a service account asks for an access token (RFC 7523; Google's "Using OAuth 2.0 for Server to Server
/// Applications"). It is signed elsewhere: RS256 with the account's private key, over `signedPart`.
package struct GoogleAssertion: Sendable {
    /// All of Google Cloud.
    package static let cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"
    /// The most that Google allows, in seconds.
    private static let lifetime: Int64 = 3600

    /// Header and claims in base64url with a dot between them: what the signature is over.
    package let signedPart: [UInt8]

    /// - Parameters:
    ///   - scopes: at least one.
    ///   - now: when it is valid from; for an hour, and as long the access token it is exchanged for.
    package init(_ account: GoogleServiceAccount, scopes: [String] = [cloudPlatform], at now: Timestamp) {
        var header = JSONWriter()
        header.beginObject()
        header.member("alg", "RS256")
        header.member("typ", "JWT")
        if let id = account.privateKeyID { header.member("kid", id) }
        header.endObject()

        let seconds = now.milliseconds / 1000
        var claims = JSONWriter()
        claims.beginObject()
        claims.member("iss", account.email)
        claims.member("scope", scopes.joined(separator: " "))
        claims.member("aud", GoogleServiceAccount.tokenEndpoint)
        claims.key("iat")
        claims.int(seconds)
        claims.key("exp")
        claims.int(seconds + Self.lifetime)
        claims.endObject()

        var text: [UInt8] = []
        Base64URL.append(header.bytes, to: &text)
        text.append(UInt8(ascii: "."))
        Base64URL.append(claims.bytes, to: &text)
        signedPart = text
    }

    /// The body of the request for a token, a form (`application/x-www-form-urlencoded`), to be POSTed to the account's
    /// `tokenURI`.
    ///
    /// - Parameter signature: RS256, of `signedPart`.
    package func tokenRequest(signature: [UInt8]) -> [UInt8] {
        // Nothing in base64url, and no dot, has to be encoded in a form.
        var body = Array("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=".utf8)
        body += signedPart
        body.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &body)
        return body
    }
}
