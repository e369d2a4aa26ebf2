import Domain

/// What a service account's assertion was exchanged for. Its description names no part of it.
package struct GoogleAccessToken: Hashable, Sendable {
    /// Sent as `Authorization: Bearer`.
    package var value: String
    package var expiresAt: Timestamp

    /// The longest a token is believed to last, in seconds, whatever its answer says: Google's last an hour.
    private static let longestLife: Int64 = 24 * 3600

    /// Reads the token endpoint's answer.
    ///
    /// - Parameter now: when the answer came, or better when it was asked for.
    package init(status: Int, body: [UInt8], at now: Timestamp) throws(GoogleTokenFault) {
        guard (200...299).contains(status) else { throw GoogleTokenFault(status: status, refusal: body) }
        do throws(CredentialFault) {
            let members = try CredentialMembers(body)
            value = try members.requiredToken("access_token")
            if let type = try members.text("token_type"), type.lowercased() != "bearer" {
                throw CredentialFault(member: "token_type", "expects Bearer")
            }
            // Some endpoints write it as a string.
            let given = try members.value("expires_in")
            guard let seconds = given?.int ?? given?.string.flatMap({ Int64($0) }), seconds > 0 else {
                throw CredentialFault(member: "expires_in", "expects a number of seconds above zero")
            }
            expiresAt = Timestamp(milliseconds: now.milliseconds + min(seconds, Self.longestLife) * 1000)
        } catch {
            throw GoogleTokenFault(malformed: error, status: status)
        }
    }
}

extension GoogleAccessToken: CustomStringConvertible, CustomReflectable {
    package var description: String { "Google access token" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no access token.
package struct GoogleTokenFault: Error, Hashable, Sendable {
    package var status: Int
    /// As RFC 6749, section 5.2 has it: `invalid_grant`. Nil where the answer has none.
    package var code: String?
    /// The endpoint's words without secrets, or what is wrong with its answer. Fit to be shown and logged.
    package var message: String

    /// Whether the same may go well later: the endpoint, not the account, is at fault.
    package var isRetryable: Bool { status == 408 || status == 429 || status >= 500 || (200...299).contains(status) }

    init(malformed fault: CredentialFault, status: Int) {
        self.status = status
        message = "the token endpoint's answer: \(fault)"
    }

    init(status: Int, refusal body: [UInt8]) {
        self.status = status
        let members = try? CredentialMembers(body)
        code = (try? members?.text("error")).map { Redaction.clean($0.utf8) }
        let words = (try? members?.text("error_description")) ?? code ?? "no words"
        message = Redaction.clean(words.utf8)
    }
}
