/// Where models stand at Vertex AI: `…/projects/P/locations/L/publishers/PUBLISHER/models/MODEL:METHOD`.
enum VertexPath {
    /// - Parameters:
    ///   - base: up to the location, or to a publisher, who is passed over.
    ///   - model: a name; or, with slashes, a path of its own from the location on (`endpoints/123`). Nothing in it leaves
    ///     the path that it is in, or ends it.
    ///   - method: query included.
    static func url(base: String, publisher: String, model: String, method: String) -> String {
        var place = base[...]
        for publisher in ["google", "anthropic"] where place.hasSuffix("/publishers/" + publisher) {
            place = place.dropLast("/publishers/".count + publisher.count)
        }
        // Versions of Claude are `NAME@DATE`, as it stands in Google's own examples.
        let segments = model.split(separator: "/").filter { !$0.allSatisfy { $0 == "." } }
            .map { GeminiBody.escaped($0.utf8, keeping: UInt8(ascii: "@")) }
        let path =
            segments.count > 1
            ? segments.joined(separator: "/") : "publishers/\(publisher)/models/\(segments.first ?? "")"
        return "\(place)/\(path):\(method)"
    }

    /// Whether a model is one that Anthropic's protocol is spoken to.
    static func isAnthropic(_ model: String) -> Bool { model.split(separator: "/").last?.hasPrefix("claude") == true }
}
