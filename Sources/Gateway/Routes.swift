import NIOHTTP1

/// What the gateway's port answers to. The one table of its routes.
enum Route: Hashable {
    case run(ClientFormat)
    case models
    case model(String)
    case deployment
    case runRecord(String)
    case health
    case readiness
    case unknown
    case wrongMethod(allowed: String)

    init(_ method: HTTPMethod, _ path: String) {
        // Groq's SDK puts `/openai` before everything.
        let path = path.hasPrefix("/openai/") ? String(path.dropFirst("/openai".count)) : path
        switch path {
        case "/v1/chat/completions": self = Self.post(method, .run(.chat))
        case "/v1/responses": self = Self.post(method, .run(.responses))
        case "/v1/messages": self = Self.post(method, .run(.anthropic))
        case "/v1/embeddings": self = Self.post(method, .run(.embeddings))
        case "/v1/run": self = Self.post(method, .run(.native))
        case "/v1/models", "/v1beta/models": self = Self.get(method, .models)
        case "/v1/deployment": self = Self.get(method, .deployment)
        case "/healthz": self = Self.get(method, .health)
        case "/readyz": self = Self.get(method, .readiness)
        case _:
            if GeminiPath(path) != nil {
                self = Self.post(method, .run(.gemini))
            } else if WorkflowAIPath(path) != nil {
                self = Self.post(method, .run(.workflowAI))
            } else if let id = Self.model(of: path) {
                self = Self.get(method, .model(id))
            } else if let id = Self.rest(of: path, after: "/v1/runs/") {
                self = Self.get(method, .runRecord(id))
            } else {
                self = .unknown
            }
        }
    }

    private static func post(_ method: HTTPMethod, _ route: Route) -> Route {
        method == .POST ? route : .wrongMethod(allowed: "POST")
    }

    private static func get(_ method: HTTPMethod, _ route: Route) -> Route {
        method == .GET || method == .HEAD ? route : .wrongMethod(allowed: "GET")
    }

    private static func model(of path: String) -> String? {
        rest(of: path, after: "/v1/models/") ?? rest(of: path, after: "/v1beta/models/")
    }

    private static func rest(of path: String, after prefix: String) -> String? {
        guard path.hasPrefix(prefix), path.utf8.count > prefix.utf8.count else { return nil }
        return String(path.dropFirst(prefix.count))
    }
}
