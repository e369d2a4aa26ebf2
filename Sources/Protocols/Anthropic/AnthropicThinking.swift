import JSON

/// What a model of Anthropic's is told of how much to think, wherever it runs.
enum AnthropicThinking: Equatable {
    case disabled
    /// The model decides by itself; an effort may guide it.
    case adaptive
    /// In tokens.
    case budget(Int64)

    var isActive: Bool { self != .disabled }

    /// Of what is said in Anthropic's own words.
    static func isActive(_ said: JSONValue) -> Bool { said.member("type")?.isString("disabled") != true }

    /// Nil where nothing is to be said, or where it cannot be: `isLost` tells which.
    static func of(
        _ wish: ReasoningWish, _ model: AnthropicModel, maxOutputTokens: Int64
    ) -> (thinking: AnthropicThinking?, isLost: Bool) {
        if wish.nearestLevel == ReasoningWish.Level.none { return (model.thinksAdaptively ? .disabled : nil, false) }
        if wish.nearestLevel == nil, wish.shows != true { return (nil, false) }
        if model.thinksAdaptively { return (.adaptive, false) }
        // Below the least that is taken, or above what is left for the answer, it would be refused.
        let budget = min(wish.nearestBudget ?? 4_096, maxOutputTokens - 1)
        return budget < AnthropicModel.leastBudget ? (nil, true) : (.budget(budget), false)
    }

    /// What a request wishes, as far as the rest of it allows.
    static func of(
        _ outgoing: Outgoing, _ model: AnthropicModel, for target: WireProtocol
    ) -> (thinking: AnthropicThinking?, isLost: Bool) {
        guard let wish = outgoing.conversation.settings.reasoning else { return (nil, false) }
        let said = of(wish, model, maxOutputTokens: outgoing.maxOutputTokens)
        let isExcluded =
            switch said.thinking {
            case .disabled?, nil: false
            case .adaptive?: outgoing.forcesCall
            case .budget?: outgoing.forcesCall || outgoing.answersThoughtlessCalls(for: target)
            }
        return isExcluded ? (nil, true) : said
    }
}

extension Outgoing {
    /// Whether a tool must be called, beside which a model cannot be told to think.
    fileprivate var forcesCall: Bool {
        if let choice = conversation.settings.toolChoice { return choice.isForced }
        let raw = rawFields.first { $0.name == "tool_choice" }?.value.member("type")
        return raw?.isString("any") == true || raw?.isString("tool") == true
    }

    /// Whether results answer calls that the target's model made without a thought, or with a thought that is lost: told
    /// to think within a budget, it refuses to go on from there.
    func answersThoughtlessCalls(for target: WireProtocol) -> Bool {
        var turns = conversation.turns
        if !rawMessages.isEmpty {
            var call = RunCall()
            let last = rawMessages.lastIndex { $0.member("role")?.isString("assistant") == true }
            call.messages = Array(rawMessages[(last ?? 0)...])
            turns += (try? AnthropicConversation.read(call).turns) ?? []
        }
        guard let last = turns.lastIndex(where: { $0.role == .assistant }) else { return false }
        let isAnswered = turns[last...].contains { turn in
            turn.parts.contains { if case .result = $0 { true } else { false } }
        }
        let calls = turns[last].parts.contains { if case .call = $0 { true } else { false } }
        let thinks = turns[last].parts.contains { part in
            switch part {
            case .reasoning(_, let sealed?), .hiddenReasoning(let sealed):
                ReasoningSeal.open(sealed, spokenIn: spoken, for: target) != nil
            case .text, .media, .call, .result, .reasoning, .refusal, .native: false
            }
        }
        return isAnswered && calls && !thinks
    }
}

extension ToolChoice {
    /// Whether some tool must be called.
    var isForced: Bool {
        switch self {
        case .auto, .none: false
        case .required, .named: true
        }
    }
}

extension ReasoningWish.Level {
    /// Nil: none.
    var anthropicEffort: String? {
        switch self {
        case .none: nil
        case .minimal, .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .xhigh: "xhigh"
        case .max: "max"
        }
    }
}

extension JSONWriter {
    mutating func thinking(_ thinking: AnthropicThinking) {
        beginObject()
        switch thinking {
        case .disabled: member("type", "disabled")
        case .adaptive: member("type", "adaptive")
        case .budget(let tokens):
            member("type", "enabled")
            key("budget_tokens")
            int(tokens)
        }
        endObject()
    }
}
