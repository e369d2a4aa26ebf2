import NIOHTTP1

/// The list of models, in each protocol's shape. Made for each request: where an enum's payload is kept for good, its tagged
/// pointer looks like a leak to Address Sanitizer.
enum Models {
    private static let names = ["sim-1", "sim-echo", "sim-big"]
    private static let created = 1_700_000_000

    /// In the shape of the protocol that the caller's headers tell.
    static func list(_ path: Substring, _ headers: HTTPHeaders) -> JSONLiteral {
        if headers.contains(name: "anthropic-version") { return anthropic }
        return path.hasPrefix("/v1beta/") || headers.contains(name: "x-goog-api-key") ? gemini : openAI
    }

    private static var gemini: JSONLiteral {
        [
            "models": .list(
                names.map {
                    [
                        "name": .text("models/" + $0), "displayName": .text("Simulated " + $0),
                        "inputTokenLimit": 1_000_000, "outputTokenLimit": 1_000_000,
                        "supportedGenerationMethods": ["generateContent", "countTokens", "embedContent"],
                    ]
                })
        ]
    }

    private static var anthropic: JSONLiteral {
        [
            "data": .list(
                names.map {
                    [
                        "id": .text($0), "type": "model", "display_name": .text("Simulated " + $0),
                        "created_at": "2023-11-14T22:13:20Z",
                    ]
                }),
            "has_more": false, "first_id": .optional(names.first), "last_id": .optional(names.last),
        ]
    }

    private static var openAI: JSONLiteral {
        [
            "object": "list",
            "data": .list(
                names.map {
                    ["id": .text($0), "object": "model", "created": .int(created), "owned_by": "simulator"]
                }),
        ]
    }
}
