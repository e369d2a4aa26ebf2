import Domain

/// What a provider key holds, read as its provider's platform has it. Its description names no part of it.
package enum ProviderCredential: Sendable {
    /// Stands in a header as it is.
    case key(String)
    /// Is exchanged for an access token.
    case serviceAccount(GoogleServiceAccount)
    /// Signs each request; and the region it is for, where it says so.
    case accessKey(AWSAccessKey, region: String?)

    /// - Parameter secret: as it was sealed.
    package init(_ secret: String, for platform: ProviderDialect.Platform?) throws(CredentialFault) {
        switch platform {
        case nil: self = .key(secret)
        case .vertex: self = .serviceAccount(try GoogleServiceAccount(Array(secret.utf8)))
        case .bedrock:
            switch try BedrockCredential(secret) {
            case .apiKey(let key): self = .key(key)
            case .accessKey(let key, let region): self = .accessKey(key, region: region)
            }
        }
    }

    /// Where it works, if it says so.
    package var baseURL: String? {
        guard case .accessKey(_, let region?) = self else { return nil }
        return BedrockCredential.baseURL(region: region)
    }

    /// What nobody's error may repeat.
    package var secrets: [String] {
        switch self {
        case .key(let key): [key]
        case .serviceAccount(let account): [account.privateKey]
        case .accessKey(let key, region: _): [key.secret] + (key.sessionToken.map { [$0] } ?? [])
        }
    }
}

extension ProviderCredential: CustomStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .key: "key"
        case .serviceAccount(let account): account.description
        case .accessKey(let key, region: _): key.description
        }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
