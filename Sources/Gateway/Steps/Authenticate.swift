import Domain
import NIOHTTP1
import Security
import Storage

/// Who calls: what a deployment token stands for.
package typealias Caller = TokenScope

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

    /// SHA-256 of the secret -> what the token is for, as it is in the catalog now.
    func authenticate(_ request: GatewayRequest) throws(GatewayError) -> Caller {
        guard let secret = request.bearer, !secret.isEmpty else {
            throw GatewayError(
                .invalidToken, "No deployment token: send it as `Authorization: Bearer <deployment token>`.")
        }
        return try resolver.authenticate(sha256(secret), now: settings.now())
    }
}
