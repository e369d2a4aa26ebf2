import JSON

/// What a model said in one choice: the `message` of a whole answer, the `delta` of a chunk.
enum ChoiceOutput {
    /// The content as UTF-8; of content in parts (Mistral), its text parts joined. Nil where there is none.
    static func text(_ message: JSONValue) -> [UInt8]? {
        guard let content = message.present("content") else { return nil }
        if let text = content.decodedBytes { return text }
        let parts = content.elements().filter { $0.member("type")?.isString("text") ?? true }
        let texts = parts.compactMap { $0.member("text")?.decodedBytes }
        return texts.isEmpty ? nil : Array(texts.joined())
    }

    /// The UTF-8 bytes of everything generated: content, reasoning, refusal, calls. For estimates.
    static func byteCount(_ message: JSONValue) -> Int {
        guard let members = try? message.members() else { return 0 }
        var count = 0
        var reasoning = 0
        for member in members {
            switch member.name {
            case "content": count += textByteCount(member.value)
            case "refusal": count += member.value.decodedByteCount
            // Some providers send the same reasoning under both names.
            case "reasoning_content", "reasoning": reasoning = max(reasoning, member.value.decodedByteCount)
            case "tool_calls": for call in member.value.elements() { count += callByteCount(call) }
            case "function_call": count += functionByteCount(member.value)
            case _: continue
            }
        }
        return count + reasoning
    }

    /// The UTF-8 bytes of what was said aloud, as text.
    static func spokenByteCount(_ message: JSONValue?) -> Int {
        message?.present("audio")?.member("transcript")?.decodedByteCount ?? 0
    }

    static func imageCount(_ message: JSONValue?) -> Int { message?.present("images")?.elements().count ?? 0 }

    /// Of the choice numbered zero (or the first, where they are not numbered).
    static func first(of choices: [JSONValue]) -> JSONValue? {
        choices.first { choice in choice.member("index")?.int ?? 0 == 0 }
    }

    /// A string, or parts that have it under `text` or, once more in parts, under `thinking`.
    private static func textByteCount(_ content: JSONValue) -> Int {
        if content.kind == .string { return content.decodedByteCount }
        return content.elements().reduce(0) { sum, part in
            sum + (part.member("text")?.decodedByteCount ?? 0) + (part.member("thinking").map(textByteCount) ?? 0)
        }
    }

    private static func callByteCount(_ call: JSONValue) -> Int {
        let custom = call.member("custom")
        return (call.member("function").map(functionByteCount) ?? 0)
            + (custom?.member("name")?.decodedByteCount ?? 0) + (custom?.member("input")?.decodedByteCount ?? 0)
    }

    private static func functionByteCount(_ function: JSONValue) -> Int {
        let name = function.member("name")?.decodedByteCount ?? 0
        guard let arguments = function.present("arguments") else { return name }
        return name + (arguments.kind == .string ? arguments.decodedByteCount : arguments.range.count)
    }
}
