import Domain
import Security
import Storage

/// Who calls: what a deployment token stands for.
typealias Caller = TokenRecord

extension RunPipeline {
    func authenticate(_ request: GatewayRequest) throws(GatewayError) -> Caller { try worker.authenticate(request) }
}

extension Worker {
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
