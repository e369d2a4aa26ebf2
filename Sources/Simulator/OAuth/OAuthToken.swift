import FoundationEssentials
import JSON

/// Google's token endpoint: takes a service account's assertion, gives an access token. In the log its row has the
/// account as `user`, and the key's id as `model`, so that a fault can be asked for there too.
struct OAuthToken: SimulatedProtocol {
    var name: String { "oauth-token" }
    var traits: Traits { Traits(isOfModels: false) }

    func answerID(_ sequence: Int) -> String { "token-sim-\(sequence)" }
    func headers(_ sequence: Int) -> [(String, String)] { [] }
    func voice(_ answer: Answer, withUsage: Bool) -> any Voice { OAuthVoice(answer: answer) }

    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        var error = OpenAIError.answer(refusal, retryAfter: retryAfter)
        error.body = ["error": "invalid_grant", "error_description": .text(refusal.message)]
        return error
    }

    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        let type = call.headers.first(name: "content-type") ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded"), let form = PercentEncoding.form(call.body) else {
            throw BadRequest("Expects a form.")
        }
        guard form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" else {
            throw BadRequest("Invalid grant_type: \(form["grant_type"] ?? "")")
        }
        let parts = (form["assertion"] ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.document(parts[0]), let claims = Self.document(parts[1]),
            let signature = Self.decoded(parts[2]), !signature.isEmpty
        else { throw BadRequest("The assertion is no signed JWT.") }
        guard header.text("alg") == "RS256", header.text("typ") == "JWT", let key = header.text("kid") else {
            throw BadRequest("The assertion's header needs alg RS256, typ JWT and a kid.")
        }
        guard let account = claims.text("iss"), claims.text("aud")?.hasSuffix("/token") == true,
            claims.text("scope")?.split(separator: " ").contains("https://www.googleapis.com/auth/cloud-platform")
                == true
        else { throw BadRequest("The assertion needs iss, this endpoint as aud, and the platform's scope.") }
        let now = SimulatorClock.seconds()
        guard let issued = try claims.integer("iat"), let expires = try claims.integer("exp"), issued <= now + 60,
            expires > now, expires > issued, expires - issued <= 3_600
        else { throw BadRequest("The assertion is not of now, or for more than an hour.") }
        var inquiry = Inquiry(model: key)
        inquiry.onlyCounts = true
        inquiry.grantedSeconds = expires - issued
        inquiry.user = account
        return inquiry
    }

    private static func document(_ part: Substring) -> JSONValue? {
        guard let data = decoded(part), let root = (try? JSONDocument(Array(data)))?.root else { return nil }
        return root.kind == .object ? root : nil
    }

    /// Of base64 as URLs have it, without padding.
    private static func decoded(_ part: Substring) -> Data? {
        let plain = String(part.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}

private struct OAuthVoice: WholeVoice {
    let answer: Answer

    func whole() -> String {
        let token: JSONLiteral = [
            "access_token": .text("sim-token-\(answer.sequence)"),
            "expires_in": .int(answer.inquiry.grantedSeconds ?? 0), "token_type": "Bearer",
        ]
        return token.json
    }
}
