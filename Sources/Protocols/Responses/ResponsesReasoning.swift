import JSON

/// What OpenAI wants back with its reasoning: the item's id and its encrypted thoughts, in one text, the id before the
/// first dot. One that came from another provider is marked with whose it is, and stands alone.
enum ResponsesReasoning {
    /// Begins the id of an item that carries nothing but what another provider wants back with the call behind it.
    static let signatureID = "sig_"

    static func opaque(_ item: JSONValue) -> JSONText? {
        guard let encrypted = JSONText(item.member("encrypted_content")), !encrypted.isEmpty else { return nil }
        let bytes = encrypted.utf8
        if ReasoningSeal.isSealed(bytes) { return encrypted }
        return .utf8((item.member("id")?.decodedBytes ?? []) + [UInt8(ascii: ".")] + bytes)
    }

    static func parts(_ opaque: JSONText) -> (id: JSONText?, encrypted: JSONText) {
        let bytes = opaque.utf8
        guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")) else { return (nil, opaque) }
        let id = dot == 0 ? nil : JSONText.utf8(Array(bytes[..<dot]))
        return (id, .utf8(Array(bytes[(dot + 1)...])))
    }

    /// What stands between two parts of a summary when they become one text.
    static let separator = Array("\n\n".utf8)

    /// The thoughts of an item in words: its summary, or where it has none, the thoughts themselves.
    static func texts(_ item: JSONValue) -> [JSONText] {
        let summary = (item.member("summary")?.elements() ?? []).compactMap { JSONText($0.member("text")) }
        if !summary.isEmpty { return summary }
        return (item.member("content")?.elements() ?? []).compactMap { JSONText($0.member("text")) }
    }
}
