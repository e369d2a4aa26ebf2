import Domain
import Protocols
import Security
import Transport

extension RunPipeline {
    /// Of its own: a run waits for it before its own timeouts begin.
    private static var tokenTimeouts: Timeouts {
        Timeouts(connect: 3_000, firstByte: 8_000, idle: 5_000, total: 10_000)
    }
    private static var largestTokenAnswer: Int { 64 << 10 }

    /// Exchanges a service account's key for an access token.
    /// - Parameter base: the provider's.
    func accessToken(
        for account: GoogleServiceAccount, _ keyID: String, _ base: String
    ) async throws(GatewayError) -> GoogleAccessToken {
        guard mayBeAsked(account.tokenURI, base) else {
            throw unusable(keyID, "token_uri: expects https at Google, or the base URL's own scheme and host")
        }
        let asked = Timestamp(milliseconds: settings.now())
        let assertion = GoogleAssertion(account, at: asked)
        let request = ExchangeRequest(
            method: "POST", url: account.tokenURI,
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("User-Agent", "tollgate")],
            body: assertion.tokenRequest(signature: try signature(of: assertion, account, keyID)),
            timeouts: Self.tokenTimeouts)
        let status: Int
        let body: [UInt8]
        do throws(TransportError) {
            let (head, bytes) = try await worker.lane.fetch(request, maximumBytes: Self.largestTokenAnswer)
            (status, body) = (head.status, bytes)
        } catch {
            throw later("The access token for the key \(keyID) could not be asked for: \(error.label).")
        }
        do throws(GoogleTokenFault) {
            return try GoogleAccessToken(status: status, body: body, at: asked)
        } catch {
            guard error.isRetryable else {
                throw unusable(keyID, "the token endpoint refuses it (status \(error.status)): \(error.message)")
            }
            throw later(
                "There is no access token for the key \(keyID) (status \(error.status)): \(error.message)")
        }
    }

    private func later(_ message: String) -> GatewayError { GatewayError(.noUsableKey, message, retryAfter: 2) }

    private func signature(
        of assertion: GoogleAssertion, _ account: GoogleServiceAccount, _ keyID: String
    ) throws(GatewayError) -> [UInt8] {
        do throws(RSAKeyFault) {
            return try RSAPrivateKey(pem: account.privateKey).signature(of: assertion.signedPart)
        } catch {
            let wanted =
                switch error {
                case .unreadable: "expects a PKCS #8 key in PEM, not encrypted"
                case .notRSA: "expects an RSA key"
                case .tooShort: "expects at least 2048 bits"
                case .failed: "does not sign"
                }
            throw unusable(keyID, "private_key: \(wanted)")
        }
    }

    /// Whoever brings a key must not choose what the gateway calls within its network: Google's own endpoints, and what
    /// stands where the platform's owner says that Vertex does.
    private func mayBeAsked(_ address: String, _ base: String) -> Bool {
        let (address, base) = (URLParts(address), URLParts(base))
        if (address.scheme, address.authority) == (base.scheme, base.authority) { return true }
        let isPlain = address.authority.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-")
        }
        return address.scheme == "https" && isPlain
            && (address.host.hasSuffix(".googleapis.com") || address.host == "accounts.google.com")
    }
}
