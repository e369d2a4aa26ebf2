import Domain
import JSON

/// The `usageMetadata` object of Gemini's answers.
enum GeminiUsage {
    /// The report as disjoint counters. Nil where it is absent, incomplete or implausible. The prompt includes what was
    /// read from the cache; thoughts, and what tools of Google's added to the prompt, are counted beside.
    /// - Parameters:
    ///   - toolCalls: how often Google's own tools were called, where the answer tells.
    ///   - saidText: whether text came so far: then candidates that are not counted are not zero.
    static func read(_ root: JSONValue, toolCalls: Int64?, saidText: Bool) -> ReportedUsage? {
        guard let metadata = root.present("usageMetadata"), let prompt = count(metadata, "promptTokenCount") else {
            return nil
        }
        let thoughts = count(metadata, "thoughtsTokenCount") ?? 0
        let toolPrompt = count(metadata, "toolUsePromptTokenCount") ?? 0
        let rest = count(metadata, "totalTokenCount").map { $0 - prompt - toolPrompt - thoughts }
        // What is zero is left out at times; what is not yet counted is too.
        guard let candidates = count(metadata, "candidatesTokenCount") ?? rest, candidates > 0 || !saidText else {
            return nil
        }
        let cached = count(metadata, "cachedContentTokenCount") ?? 0
        let sound =
            Self.sound(metadata, "promptTokensDetails") + Self.sound(metadata, "toolUsePromptTokensDetails")
            - Self.sound(metadata, "cacheTokensDetails")
        let uncached = prompt - cached + toolPrompt
        let soundRead = min(max(sound, 0), max(uncached, 0))
        let soundSaid = Self.sound(metadata, "candidatesTokensDetails")
        // Where the total has no room for thoughts beside the candidates, they are within.
        let thoughtsAreWithin = thoughts > 0 && rest == candidates - thoughts
        let usage = Usage(
            uncachedInput: uncached - soundRead, cacheRead: cached, audioInput: soundRead,
            output: candidates - soundSaid - (thoughtsAreWithin ? thoughts : 0), reasoning: thoughts,
            audioOutput: soundSaid, toolCalls: toolCalls ?? 0)
        return usage.isPlausible ? ReportedUsage(usage: usage, saysToolCalls: toolCalls != nil) : nil
    }

    /// What is no count is -1, which makes the report implausible.
    private static func count(_ object: JSONValue, _ name: String) -> Int64? {
        guard let value = object.present(name) else { return nil }
        guard let count = value.int ?? value.string.flatMap(Int64.init), (0...Usage.limit).contains(count) else {
            return -1
        }
        return count
    }

    private static func sound(_ metadata: JSONValue, _ details: String) -> Int64 {
        metadata.present(details)?.elements().reduce(0) { sum, detail in
            detail.member("modality")?.isString("AUDIO") == true ? sum + (count(detail, "tokenCount") ?? 0) : sum
        } ?? 0
    }
}

extension JSONWriter {
    /// Usage in Google's way of counting: the prompt includes the cached, thoughts are beside the candidates.
    mutating func geminiUsage(_ usage: Usage, cost: String) {
        beginObject()
        key("promptTokenCount")
        int(usage.inputTotal)
        key("candidatesTokenCount")
        int(usage.output + usage.audioOutput)
        key("totalTokenCount")
        int(usage.inputTotal + usage.outputTotal)
        if usage.cacheRead > 0 {
            key("cachedContentTokenCount")
            int(usage.cacheRead)
        }
        if usage.reasoning > 0 {
            key("thoughtsTokenCount")
            int(usage.reasoning)
        }
        details("promptTokensDetails", text: usage.inputTotal - usage.audioInput, sound: usage.audioInput)
        details("candidatesTokensDetails", text: usage.output, sound: usage.audioOutput)
        key("cost")
        raw(cost.utf8)
        endObject()
    }

    /// Nothing where all is text.
    private mutating func details(_ name: String, text: Int64, sound: Int64) {
        guard sound > 0 else { return }
        key(name)
        beginArray()
        for (modality, count) in [("TEXT", text), ("AUDIO", sound)] {
            beginObject()
            member("modality", modality)
            key("tokenCount")
            int(count)
            endObject()
        }
        endArray()
    }
}
