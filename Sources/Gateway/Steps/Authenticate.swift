import Domain
import Security
import Storage

/// Who calls: what a deployment token stands for.
package typealias Caller = TokenScope

extension RunPipeline {
    func authenticate(_ request: GatewayRequest) throws(GatewayError) -> Caller { try worker.authenticate(request) }
}

extension Worker {
    /// SHA-256 of the secret -> what the token is for, as it is in the catalog now.
    func authenticate(_ request: GatewayRequest) throws(GatewayError) -> Caller {
        guard let secret = request.bearer, !secret.isEmpty else {
            throw GatewayError(
                .invalidToken, "No deployment token: send it as `Authorization: Bearer <deployment token>`.")
        }
        return try resolver.authenticate(sha256(secret), now: settings.now())
    }
}
