import FoundationEssentials
import NIOHTTP1
import Testing

@testable import Gateway

/// The gateway's routes are those of the document that the admin port serves.
@Suite struct RoutesTests {
    /// By method and path; a template's name stands for whatever is there.
    private static let routes: [String: Route] = [
        "POST /v1/chat/completions": .run(.chat), "POST /v1/messages": .run(.anthropic),
        "POST /v1/responses": .run(.responses), "POST /v1beta/models/{model}:generateContent": .run(.gemini),
        "POST /v1beta/models/{model}:streamGenerateContent": .run(.gemini), "GET /v1beta/models": .models,
        "GET /v1beta/models/{id}": .model("{id}"), "POST /v1/run": .run(.native), "GET /v1/models": .models,
        "POST /v1/embeddings": .run(.embeddings),
        "POST /v1/{tenant}/agents/{agent}/schemas/{schema}/run": .run(.workflowAI),
        "GET /v1/models/{id}": .model("{id}"), "GET /v1/deployment": .deployment,
        "GET /v1/runs/{id}": .runRecord("{id}"), "GET /healthz": .health, "GET /readyz": .readiness,
    ]

    private static func documented() throws -> [(method: String, path: String, block: String)] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let data = try #require(FileManager.default.contents(atPath: "/\(root)/docs/api/openapi.yaml"))
        var found: [(String, String, String)] = []
        var path = ""
        var block = ""
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("  /"), line.hasSuffix(":") {
                path = String(line.dropFirst(2).dropLast())
                block = ""
            }
            block += line + "\n"
            for method in ["get", "post", "put", "delete"] where line == "    \(method):" {
                found.append((method.uppercased(), path, block))
            }
        }
        return found
    }

    @Test func everyRouteIsDocumentedAndNoOther() throws {
        let gateway = try Self.documented().filter {
            $0.path.hasPrefix("/v1/") || $0.path.hasPrefix("/v1beta/") || ["/healthz", "/readyz"].contains($0.path)
        }
        #expect(Set(gateway.map { "\($0.method) \($0.path)" }) == Set(Self.routes.keys))
        for (method, path, block) in gateway {
            let route = try #require(Self.routes["\(method) \(path)"])
            #expect(Route(HTTPMethod(rawValue: method), path) == route)
            #expect(Route(HTTPMethod(rawValue: method), "/openai" + path) == route)
            #expect(!path.hasPrefix("/v1/") || block.contains(":8080/openai'"), "\(path) is there under /openai too")
        }
    }
}
