import Domain
import JSON

/// The `usage` object of OpenAI-compatible answers.
package enum ChatUsage {
    /// The report as disjoint counters. Nil where it is absent, null, incomplete or implausible; a zero that is
    /// reported is zero.
    /// - Parameter root: a whole answer or a stream's chunk.
    package static func read(_ root: JSONValue, dialect: ProviderDialect) -> Usage? {
        if let usage = root.present("usage"), let read = normalised(usage, dialect) { return read }
        // Groq reports in its own member too, and in older streams only there.
        return root.present("x_groq")?.present("usage").flatMap { normalised($0, dialect) }
    }

    static func normalised(_ usage: JSONValue, _ dialect: ProviderDialect) -> Usage? {
        guard let prompt = count(usage, "prompt_tokens"), let completion = count(usage, "completion_tokens") else {
            return nil
        }
        let promptDetails = usage.present("prompt_tokens_details")
        let cached =
            promptDetails.flatMap { count($0, "cached_tokens") }
            ?? count(usage, "prompt_cache_hit_tokens") ?? count(usage, "num_cached_tokens") ?? 0
        let written = promptDetails.flatMap { count($0, "cache_write_tokens") } ?? 0
        let output = split(
            completion,
            reasoning: usage.present("completion_tokens_details").flatMap { count($0, "reasoning_tokens") } ?? 0,
            restOfTotal: count(usage, "total_tokens").map { $0 - prompt - completion }, dialect)
        let read = Usage(
            uncachedInput: prompt - cached - written, cacheRead: cached, cacheWrite: written,
            output: output.visible, reasoning: output.reasoning)
        return read.isPlausible ? read : nil
    }

    /// The total tells whether reasoning is within the completion; the dialect says so only where there is no telling.
    private static func split(
        _ completion: Int64, reasoning: Int64, restOfTotal: Int64?, _ dialect: ProviderDialect
    ) -> (visible: Int64, reasoning: Int64) {
        let within = (completion - reasoning, reasoning)
        let beside = (completion, reasoning)
        if let rest = restOfTotal {
            if rest == 0 { return within }
            if rest == reasoning { return beside }
        }
        switch dialect.reasoning {
        case .withinOutput: return within
        case .besideOutput: return beside
        case .restOfTotal:
            guard let rest = restOfTotal, rest > 0 else { return within }
            return (completion, rest)
        }
    }

    /// A counter small enough to be added and subtracted; what is beyond makes the report implausible, as -1 does.
    private static func count(_ object: JSONValue, _ name: String) -> Int64? {
        guard let value = object.present(name) else { return nil }
        guard let count = value.int, (0...Usage.limit).contains(count) else { return value.kind == .number ? -1 : nil }
        return count
    }
}

extension ChatUsage {
    /// The same JSON with `"cost":` this many credits in its usage object, in place of a cost it may have had. As it
    /// was where there is no usage object.
    /// - Parameter cost: a decimal, as `NanoCredits` describes itself.
    package static func addingCost(_ cost: String, to data: [UInt8]) throws(JSONFault) -> [UInt8] {
        let document = try JSONDocument(data)
        guard let usage = document.root.member("usage"), usage.kind == .object else { return data }
        var result: [UInt8] = []
        result.reserveCapacity(data.count + cost.utf8.count + 16)
        if let old = usage.member("cost") {
            result += data[..<old.range.lowerBound]
            result += cost.utf8
            result += data[old.range.upperBound...]
            return result
        }
        let brace = usage.range.upperBound - 1
        result += data[..<brace]
        if try !usage.members().isEmpty { result.append(UInt8(ascii: ",")) }
        result += #""cost":"#.utf8
        result += cost.utf8
        result += data[brace...]
        return result
    }

    /// The same JSON object with one member more, its last.
    package static func adding(_ name: String, _ json: [UInt8], to data: [UInt8]) throws(JSONFault) -> [UInt8] {
        let root = try JSONDocument(data).root
        guard root.kind == .object else { return data }
        let brace = root.range.upperBound - 1
        var result: [UInt8] = []
        result.reserveCapacity(data.count + name.utf8.count + json.count + 8)
        result += data[..<brace]
        if try !root.members().isEmpty { result.append(UInt8(ascii: ",")) }
        appendQuotedJSON(name, to: &result)
        result.append(UInt8(ascii: ":"))
        result += json
        result += data[brace...]
        return result
    }

    /// A usage chunk as OpenAI sends it last, for a client that asked and a provider that sent none.
    /// - Parameter created: seconds since 1970.
    package static func chunk(id: String, model: String, created: Int64, usage: Usage, cost: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("id")
        writer.string(id)
        writer.key("object")
        writer.string("chat.completion.chunk")
        writer.key("created")
        writer.int(created)
        writer.key("model")
        writer.string(model)
        writer.key("choices")
        writer.beginArray()
        writer.endArray()
        writer.key("usage")
        writer.chatUsage(usage, cost: cost)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Usage in OpenAI's way of counting: prompt includes the cached, completion the reasoning.
    fileprivate mutating func chatUsage(_ usage: Usage, cost: String) {
        beginObject()
        key("prompt_tokens")
        int(usage.inputTotal)
        key("completion_tokens")
        int(usage.outputTotal)
        key("total_tokens")
        int(usage.inputTotal + usage.outputTotal)
        key("prompt_tokens_details")
        beginObject()
        key("cached_tokens")
        int(usage.cacheRead)
        endObject()
        key("completion_tokens_details")
        beginObject()
        key("reasoning_tokens")
        int(usage.reasoning)
        endObject()
        key("cost")
        raw(cost.utf8)
        endObject()
    }
}
