import Domain
import JSON

/// A usage object of an OpenAI-compatible answer, as it stands, under whichever of the names in use.
///
/// A counter that is no count (negative, broken, beyond what can be) is -1, which makes the whole report implausible.
struct ChatUsageFields {
    var prompt: Int64
    var completion: Int64
    /// Nil where it is not said, or is no count.
    var total: Int64?
    var cacheRead: Int64 = 0
    /// All that was written, the hour's included.
    var cacheWrite: Int64 = 0
    var cacheWriteHour: Int64 = 0
    var audioInput: Int64 = 0
    var reasoning: Int64 = 0
    var audioOutput: Int64 = 0
    /// Nil where it is not said.
    var toolCalls: Int64?
    /// Whether it counts as Anthropic does, whose input is what was neither read from the cache nor written to it.
    var countsAsAnthropic = false
    private var namesCacheAsAnthropic = false

    /// Nil where input or output is not said.
    init?(_ usage: JSONValue) {
        let hit = Self.count(usage, "prompt_cache_hit_tokens")
        let ofPrompt = Self.count(usage, "prompt_tokens")
        // DeepSeek's two come to the prompt.
        let ofParts = hit.flatMap { hit in Self.count(usage, "prompt_cache_miss_tokens").map { hit + $0 } }
        guard let prompt = ofPrompt ?? Self.count(usage, "input_tokens") ?? ofParts,
            let completion = Self.count(usage, "completion_tokens") ?? Self.count(usage, "output_tokens")
        else { return nil }
        self.prompt = prompt
        self.completion = completion
        total = Self.count(usage, "total_tokens").flatMap { $0 < 0 ? nil : $0 }
        let input = usage.present("prompt_tokens_details") ?? usage.present("input_tokens_details")
        let output = usage.present("completion_tokens_details") ?? usage.present("output_tokens_details")
        readCache(usage, input, hit: hit)
        countsAsAnthropic = ofPrompt == nil && ofParts == nil && namesCacheAsAnthropic
        audioInput = Self.count(input, "audio_tokens") ?? 0
        reasoning =
            Self.count(output, "reasoning_tokens") ?? Self.count(output, "thinking_tokens")
            ?? Self.count(usage, "reasoning_tokens") ?? 0
        audioOutput = Self.count(output, "audio_tokens") ?? 0
        toolCalls =
            Self.count(usage.present("server_tool_use"), "web_search_requests")
            ?? Self.count(usage, "num_search_queries") ?? Self.count(usage, "num_sources_used")
    }

    private mutating func readCache(_ usage: JSONValue, _ details: JSONValue?, hit: Int64?) {
        let readAsAnthropic = Self.count(usage, "cache_read_input_tokens")
        let writtenAsAnthropic = Self.count(usage, "cache_creation_input_tokens")
        namesCacheAsAnthropic = readAsAnthropic != nil || writtenAsAnthropic != nil
        cacheRead =
            Self.count(details, "cached_tokens") ?? hit ?? Self.count(usage, "num_cached_tokens")
            ?? Self.count(usage, "cached_tokens") ?? readAsAnthropic ?? 0
        let split = usage.present("cache_creation") ?? details?.present("cache_creation_token_details")
        cacheWriteHour = Self.count(split, "ephemeral_1h_input_tokens") ?? 0
        let written =
            Self.count(details, "cache_write_tokens") ?? Self.count(details, "cache_creation_tokens")
            ?? writtenAsAnthropic
        cacheWrite = written ?? (Self.count(split, "ephemeral_5m_input_tokens") ?? 0) + cacheWriteHour
    }

    private static func count(_ object: JSONValue?, _ name: String) -> Int64? {
        guard let value = object?.present(name) else { return nil }
        guard let count = value.int, (0...Usage.limit).contains(count) else { return value.kind == .number ? -1 : nil }
        return count
    }
}

extension ChatUsageFields {
    /// As disjoint counters. Some count the parts within the whole, some beside it: `total_tokens` tells which, the names
    /// do where it does not, and then the provider's habit.
    func disjoint(_ dialect: ProviderDialect) -> Usage {
        let rest = total.map { $0 - prompt - completion }
        let cache = cacheRead + cacheWrite
        // Where more was read from a cache than the prompt has, it is no part of it.
        var cacheIsBeside = countsAsAnthropic || (namesCacheAsAnthropic && cache > prompt)
        let reasoningIsBeside: Bool
        switch rest {
        case 0: reasoningIsBeside = false
        case reasoning: reasoningIsBeside = true
        case cache: (cacheIsBeside, reasoningIsBeside) = (true, false)
        case cache + reasoning: (cacheIsBeside, reasoningIsBeside) = (true, true)
        case _:
            switch dialect.reasoning {
            case .withinOutput: reasoningIsBeside = false
            case .besideOutput: reasoningIsBeside = true
            }
        }
        let uncached = cacheIsBeside ? prompt : prompt - cache
        // Sound that was read from the cache is in both counts: it is charged as read from the cache.
        let sound = audioInput > prompt ? -1 : min(audioInput, max(uncached, 0))
        return Usage(
            uncachedInput: uncached - max(sound, 0), cacheRead: cacheRead, cacheWrite: cacheWrite - cacheWriteHour,
            cacheWriteHour: cacheWriteHour, audioInput: sound,
            output: completion - audioOutput - (reasoningIsBeside ? 0 : reasoning), reasoning: reasoning,
            audioOutput: audioOutput, toolCalls: toolCalls ?? 0)
    }
}
