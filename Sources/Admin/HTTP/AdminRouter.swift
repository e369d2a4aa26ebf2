import Domain
import HTTPTypes
import Hummingbird
import Logging
import Security
import ServiceLifecycle
import Storage

/// What the handlers work with.
struct AdminServices: Sendable {
    var store: any ControlStore
    var ledger: Ledger
    var masterKey: MasterKey
    var mode: ServiceMode
    var verification: LedgerVerification
    let pruning: LedgerPruning
    let reconciling = OneAtATime("tollgate.reconcile")
    var readiness: @Sendable () async -> Readiness
    var metrics: @Sendable () async -> [UInt8]
    var now: @Sendable () -> Timestamp
    var logger: Logger
}

/// The life of a change, as far as HTTP goes: listen, authorize, decode, and reply. Between decode and reply is the
/// route's handler.
struct AdminRouter: Sendable {
    static let maximumBodyBytes = 5 << 20

    let services: AdminServices

    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: Endings(logger: services.logger))
        for route in Routes.all {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await respond(request, context, pattern: route.path) { () throws(ControlFault) in
                    try await answer(request, context, route)
                }
            }
        }
        // Open to all: nothing else may be added without a token.
        let readiness = services.readiness
        open(router, "/healthz") { Reply { $0.member("status", "ok") } }
        open(router, "/readyz") { await readiness().reply }
        let metrics = services.metrics
        open(router, "/metrics") {
            var reply = Reply(200, await metrics())
            reply.contentType = "text/plain; version=0.0.4; charset=utf-8"
            return reply
        }
        open(router, "/openapi.yaml") { Self.document }
        return router
    }

    private func open(
        _ router: Router<BasicRequestContext>, _ path: String, _ reply: @escaping @Sendable () async -> Reply
    ) {
        router.get(RouterPath(path)) { request, context in
            await respond(request, context, pattern: path) { () throws(ControlFault) in (nil, await reply()) }
        }
    }

    private static let document: Reply = {
        var reply = Reply(200, PackageResources.openapi_yaml)
        reply.contentType = "application/yaml"
        return reply
    }()

    // MARK: the line

    private func answer(
        _ request: Request, _ context: BasicRequestContext, _ route: Route
    ) async throws(ControlFault) -> (AdminToken?, Reply) {
        let caller = try await authenticate(request)
        do throws(ControlFault) {
            try route.permission.check(caller, organization: context.parameters.get("org"))
            return (caller, try await handle(request, context, route, caller))
        } catch {
            return (caller, Reply(error))
        }
    }

    private func handle(
        _ request: Request, _ context: BasicRequestContext, _ route: Route, _ caller: AdminToken
    ) async throws(ControlFault) -> Reply {
        let call = AdminCall(
            services: services, caller: caller, method: route.method, path: request.uri.path,
            parameters: context.parameters, query: Self.query(request), headers: request.headers,
            body: try await Self.collect(request.body, maximumBytes: route.maximumBodyBytes), now: services.now())
        return try await route.handle(call)
    }

    private func authenticate(_ request: Request) async throws(ControlFault) -> AdminToken {
        let scheme = "bearer "
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix(scheme) else {
            throw ControlFault(.invalidToken, "this takes an admin token: Authorization: Bearer tga_…")
        }
        let secret = header.dropFirst(scheme.count).drop { $0 == " " }
        guard let caller = try await services.store.adminToken(secretHash: sha256(String(secret))) else {
            throw ControlFault(.invalidToken, "there is no such admin token")
        }
        return caller
    }

    private static func collect(_ body: RequestBody, maximumBytes: Int) async throws(ControlFault) -> [UInt8] {
        do {
            return Array(buffer: try await body.collect(upTo: maximumBytes))
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw ControlFault(.requestTooLarge, "a body has at most \(maximumBytes) bytes")
        } catch {
            throw .invalid("the body did not come whole")
        }
    }

    private static func query(_ request: Request) -> [String: String] {
        // A name given twice counts once, as it came last.
        Dictionary(request.uri.queryParameters.map { (String($0.key), String($0.value)) }) { $1 }
    }

    private func respond(
        _ request: Request, _ context: BasicRequestContext, pattern: String,
        _ answer: () async throws(ControlFault) -> (AdminToken?, Reply)
    ) async -> Response {
        var caller: AdminToken?
        var reply: Reply
        do throws(ControlFault) { (caller, reply) = try await answer() } catch { reply = Reply(error) }
        log(request, pattern, reply.status, caller)
        return reply.response
    }

    private func log(_ request: Request, _ pattern: String, _ status: Int, _ caller: AdminToken?) {
        // Probes and scrapes come every few seconds, and tell nothing when they go well.
        let isRoutine = caller == nil && status < 400
        services.logger.log(
            level: status >= 500 ? .error : isRoutine ? .debug : .info, "admin request",
            metadata: [
                "method": "\(request.method.rawValue)", "route": "\(pattern)", "status": .stringConvertible(status),
                "actor": "\(caller?.id ?? "-")",
            ])
    }
}
