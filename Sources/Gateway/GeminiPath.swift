/// `/v1beta/models/{model}:generateContent` or `:streamGenerateContent`, under `/v1` too.
struct GeminiPath: Hashable {
    /// Percent-encoding undone where a model's name may have it.
    var model: String
    var streams: Bool

    init?(_ path: String) {
        let prefixes = ["/v1beta/models/", "/v1/models/"]
        guard let prefix = prefixes.first(where: path.hasPrefix) else { return nil }
        guard let colon = path.lastIndex(of: ":") else { return nil }
        switch path[path.index(after: colon)...] {
        case "generateContent": streams = false
        case "streamGenerateContent": streams = true
        case _: return nil
        }
        let name = String(path[..<colon].dropFirst(prefix.count))
        guard !name.isEmpty else { return nil }
        model = name.replacing("%2F", with: "/").replacing("%23", with: "#")
    }
}
