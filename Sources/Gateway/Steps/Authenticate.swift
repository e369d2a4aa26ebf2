import Domain
import NIOHTTP1
import Security
import Storage

/// Who calls: what a deployment token stands for.
typealias Caller = TokenRecord

extension RunPipeline {
    func authenticate(_ request: GatewayRequest) throws(GatewayError) -> Caller { try worker.authenticate(request) }
}

extension Worker {
    /// Why the large body that this head announces is not read; nil where a run may send it. Nobody without a token
    /// gets to fill memory.
    func refusal(ofBodyAfter head: HTTPRequestHead) -> GatewayError? {
        let request = GatewayRequest(head, body: [])
        guard case .run = Route(request.method, request.path) else {
            return GatewayError(.requestTooLarge, "This route takes no body of that size.")
        }
        do throws(GatewayError) {
            _ = try authenticate(request)
            return nil
        } catch {
            return error
        }
    }

    /// SHA-256 of the secret -> token record, as it is in the catalog now.
    func authenticate(_ request: GatewayRequest) throws(GatewayError) -> Caller {
        guard let secret = request.bearer, !secret.isEmpty else {
            throw GatewayError(
                .invalidToken, "No deployment token: send it as `Authorization: Bearer <deployment token>`.")
        }
        let hash = sha256(secret)
        let token = try read { snapshot throws(StorageError) in try snapshot.token(catalog, secretHash: hash) }
        guard let token else { throw GatewayError(.invalidToken, "The deployment token is not known here.") }
        switch token.state {
        case .active: break
        case .suspended: throw GatewayError(.tokenSuspended, "The deployment token is suspended.")
        case .revoked: throw GatewayError(.tokenRevoked, "The deployment token was revoked.")
        }
        guard token.expiresAt == 0 || settings.now() < token.expiresAt else {
            throw GatewayError(.tokenExpired, "The deployment token has expired.")
        }
        return token
    }
}
