/// What a model of Anthropic's is told of how much to think, wherever it runs.
enum AnthropicThinking: Equatable {
    case disabled
    /// The model decides by itself; an effort may guide it.
    case adaptive
    /// In tokens.
    case budget(Int64)

    /// Nil where nothing is to be said, or where it cannot be: `isLost` tells which.
    static func of(
        _ wish: ReasoningWish, _ model: AnthropicModel, maxOutputTokens: Int64
    ) -> (thinking: AnthropicThinking?, isLost: Bool) {
        if wish.level == ReasoningWish.Level.none { return (model.thinksAdaptively ? .disabled : nil, false) }
        if model.thinksAdaptively { return (.adaptive, false) }
        // Below the least that is taken, or above what is left for the answer, it would be refused.
        let budget = min(wish.nearestBudget ?? 4_096, maxOutputTokens - 1)
        return budget < AnthropicModel.leastBudget ? (nil, true) : (.budget(budget), false)
    }
}

extension ReasoningWish.Level {
    /// Nil: none.
    var anthropicEffort: String? {
        switch self {
        case .none: nil
        case .minimal, .low: "low"
        case .medium: "medium"
        case .high, .xhigh: "high"
        case .max: "max"
        }
    }
}
