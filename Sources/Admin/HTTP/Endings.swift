import Domain
import HTTPTypes
import Hummingbird
import Logging

/// Gives a problem to whatever no route answers: a path that is none, a method that a path has not.
struct Endings: RouterMiddleware {
    typealias Context = BasicRequestContext

    let logger: Logger
    private static let patterns = Dictionary(grouping: Routes.all, by: \.path).map { path, routes in
        (segments: path.split(separator: "/"), methods: routes.map(\.method.rawValue).sorted())
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let fault = Self.fault(request)
            logger.info(
                "admin request",
                metadata: [
                    "method": "\(request.method.rawValue)", "route": "-", "status": "\(fault.code.status)",
                    "actor": "-",
                ])
            return Reply(fault).response
        } catch {
            logger.error("admin request failed", metadata: ["method": "\(request.method.rawValue)"])
            return Reply(ControlFault(.internalError, "the request failed")).response
        }
    }

    private static func fault(_ request: Request) -> ControlFault {
        let path = request.uri.path.split(separator: "/")
        let match = patterns.first { pattern in
            pattern.segments.count == path.count
                && zip(pattern.segments, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        guard let match else { return ControlFault(.notFound, "there is no such route; see /openapi.yaml") }
        return ControlFault(.methodNotAllowed, "this takes \(match.methods.joined(separator: ", "))")
    }
}
