import Domain
import NIOCore
import Protocols
import Security

/// By what a provider lets requests in.
enum Authorization: Sendable {
    /// The key itself.
    case key(String)
    /// What it was exchanged for, and under which name that is kept.
    case token(String, AccessTokens.Name)
    /// Made anew for each request: it is of its body and its moment.
    case signature(SigV4)
}

extension RunPipeline {
    static var contentType: String { "application/json" }
    /// As AWS names Bedrock for signatures.
    private static var bedrock: String { "bedrock" }
    /// The largest body that is hashed within a loop's turn: half a millisecond.
    private static var largestHashedInTurn: Int { 1 << 20 }

    /// Gets ready what the provider is to be shown. An access token may have to be asked for, and is waited for.
    func authorize(_ route: inout ProviderRoute, _ facts: inout RunFacts) async throws(GatewayError) {
        switch route.credential {
        case .key(let key): route.authorization = .key(key)
        case .serviceAccount(let account):
            let began = NIODeadline.now()
            defer { facts.providerTime = facts.providerTime + (.now() - began) }
            // Each secret has a private key of its own.
            let name = AccessTokens.Name(keyID: route.keyID, secret: sha256(account.privateKey + account.email))
            let (keyID, base) = (route.keyID, route.baseURL ?? "")
            let token = try await worker.accessTokens.token(for: name) { () throws(GatewayError) in
                try await accessToken(for: account, keyID, base)
            }
            route.authorization = .token(token, name)
        case .accessKey(let key, let region):
            let host = URLParts(route.baseURL ?? "").host
            guard let region = region ?? BedrockCredential.region(ofHost: host) else {
                throw unusable(route.keyID, "region: is missing, and the base URL's host does not tell it")
            }
            route.authorization = .signature(SigV4(key, region: region, service: Self.bedrock))
        }
    }

    /// Whether the provider refused an access token, and the request can be sent once more with another. The refusal cost
    /// nothing and is no answer.
    func reauthorize(
        _ route: inout ProviderRoute, _ answers: inout [Answer], _ client: ResponseWriter, _ facts: inout RunFacts
    ) async -> Bool {
        let last = answers.endIndex - 1
        guard case .token(let token, let name)? = route.authorization, answers[last].status == 401,
            !answers[last].wasServed, !route.wasReauthorized, !client.clientHasLeft,
            worker.accessTokens.refuse(token, of: name)
        else { return false }
        route.wasReauthorized = true
        do throws(GatewayError) {
            try await authorize(&route, &facts)
            answers.removeLast()
            return true
        } catch {
            var fault = error
            fault.attempt = answers[last].fault?.attempt
            answers[last].fault = fault
            return false
        }
    }

    /// The headers by which this request is let in, now.
    func authorizing(_ prompt: Prompt, _ route: ProviderRoute) async -> [(String, String)] {
        switch route.authorization {
        case nil: return []
        case .key(let secret)?, .token(let secret, _)?:
            return [(route.dialect.keyHeader, route.dialect.keyPrefix + secret)]
        case .signature(let signature)?:
            let url = URLParts(prompt.url)
            let request = SigV4.Request(
                host: url.authority, path: url.path, query: url.query, headers: [("Content-Type", Self.contentType)],
                body: prompt.body)
            let now = Timestamp(milliseconds: settings.now())
            guard prompt.body.count > Self.largestHashedInTurn else { return signature.headers(for: request, at: now) }
            return await offLoop { signature.headers(for: request, at: now) }
        }
    }
}
