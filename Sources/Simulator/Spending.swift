/// The tokens of a run in counters that do not overlap.
struct Spending: Equatable {
    var uncached = 0
    var cacheRead = 0
    var cacheWrite = 0
    /// Of the answer, without reasoning.
    var output = 0
    var reasoning = 0

    var input: Int { uncached + cacheRead + cacheWrite }
    var allOutput: Int { output + reasoning }

    /// What the request costs if all blocks are sent.
    init(_ inquiry: Inquiry, traits: Traits, blocks: [Answer.Block]) {
        let input = inquiry.promptTokens
        if inquiry.model.features.contains(.cache) {
            cacheRead = input / 4
            cacheWrite = traits.saysCacheWrites ? input / 4 : 0
        }
        uncached = input - cacheRead - cacheWrite
        for block in blocks {
            let tokens = block.tokenCount * inquiry.choices
            if traits.saysReasoning, case .reasoning = block.kind { reasoning += tokens } else { output += tokens }
        }
    }
}

/// What a protocol can say of an answer.
struct Traits {
    var saysCacheWrites = true
    /// Whether it counts reasoning apart from the rest of the output.
    var saysReasoning = true
    /// Whether a refusal has words, which are tokens.
    var refusesInWords = true
    /// Whether a model answers: keys are checked, and faults come by chance or by order.
    var isOfModels = true
}
