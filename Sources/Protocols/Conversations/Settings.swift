import JSON

/// How a model is to answer: what protocols have in common, each under its own names.
package struct Settings: Sendable {
    /// Numbers as they were written.
    package var temperature: ArraySlice<UInt8>?
    package var topP: ArraySlice<UInt8>?
    package var topK: ArraySlice<UInt8>?
    package var frequencyPenalty: ArraySlice<UInt8>?
    package var presencePenalty: ArraySlice<UInt8>?
    package var seed: ArraySlice<UInt8>?
    package var stop: [JSONText]?
    package var toolChoice: ToolChoice?
    package var parallelToolCalls: Bool?
    package var answerFormat: AnswerFormat?
    package var reasoning: ReasoningWish?
    /// Whom the answer is for, as the application calls them.
    package var user: JSONText?
    /// The client's own labels: an object.
    package var metadata: ArraySlice<UInt8>?
    /// Whether log probabilities are asked for, with which the reply has another shape.
    package var logprobs: Bool?

    package init() {}

    /// A setting by its meaning. The raw value is its name in OpenAI's chat completions, in which versions are written.
    package enum Name: String, Hashable, Sendable, CaseIterable {
        case temperature
        case topP = "top_p"
        case topK = "top_k"
        case frequencyPenalty = "frequency_penalty"
        case presencePenalty = "presence_penalty"
        case seed
        case stop
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
        case answerFormat = "response_format"
        case reasoning = "reasoning_effort"
        case user
        case metadata
        case logprobs
    }

    /// Those that are set.
    package var names: [Name] { Name.allCases.filter(has) }

    package func has(_ name: Name) -> Bool {
        switch name {
        case .temperature: temperature != nil
        case .topP: topP != nil
        case .topK: topK != nil
        case .frequencyPenalty: frequencyPenalty != nil
        case .presencePenalty: presencePenalty != nil
        case .seed: seed != nil
        case .stop: stop != nil
        case .toolChoice: toolChoice != nil
        case .parallelToolCalls: parallelToolCalls != nil
        case .answerFormat: answerFormat != nil
        case .reasoning: reasoning != nil
        case .user: user != nil
        case .metadata: metadata != nil
        case .logprobs: logprobs != nil
        }
    }

    /// Takes one over.
    package mutating func take(_ name: Name, from other: Settings) {
        switch name {
        case .temperature: temperature = other.temperature
        case .topP: topP = other.topP
        case .topK: topK = other.topK
        case .frequencyPenalty: frequencyPenalty = other.frequencyPenalty
        case .presencePenalty: presencePenalty = other.presencePenalty
        case .seed: seed = other.seed
        case .stop: stop = other.stop
        case .toolChoice: toolChoice = other.toolChoice
        case .parallelToolCalls: parallelToolCalls = other.parallelToolCalls
        case .answerFormat: answerFormat = other.answerFormat
        case .reasoning: reasoning = other.reasoning
        case .user: user = other.user
        case .metadata: metadata = other.metadata
        case .logprobs: logprobs = other.logprobs
        }
    }
}

package enum ToolChoice: Sendable, Equatable {
    case auto
    case none
    /// Some tool, whichever.
    case required
    case named(JSONText)
}

package enum AnswerFormat: Sendable {
    case text
    /// JSON of any shape.
    case json
    case schema(AnswerSchema)
}

package struct AnswerSchema: Sendable {
    package var name: JSONText?
    package var description: JSONText?
    /// A JSON Schema.
    package var schema: ArraySlice<UInt8>
    package var isStrict: Bool?

    package init(
        name: JSONText? = nil, description: JSONText? = nil, schema: ArraySlice<UInt8>, isStrict: Bool? = nil
    ) {
        self.name = name
        self.description = description
        self.schema = schema
        self.isStrict = isStrict
    }
}

/// How much a model is to think. A protocol that knows levels only makes one of a budget, and the other way round.
package struct ReasoningWish: Sendable, Equatable {
    package enum Level: String, Hashable, Sendable, CaseIterable {
        case none, minimal, low, medium, high, xhigh, max
    }

    /// Nil where a budget says it, or where the model is to decide.
    package var level: Level?
    /// In tokens.
    package var budget: Int64?
    /// Whether thoughts are to be shown; nil: as the provider does by itself.
    package var shows: Bool?

    package init(level: Level? = nil, budget: Int64? = nil, shows: Bool? = nil) {
        self.level = level
        self.budget = budget
        self.shows = shows
    }

    /// The level that a budget comes to, where only levels are known. Nobody documents a scale; this one is ours, and goes
    /// there and back without loss.
    package var nearestLevel: Level? {
        if let level { return level }
        guard let budget else { return nil }
        switch budget {
        case ..<1: return Level.none
        case ..<2_048: return .low
        case ..<12_288: return .medium
        case _: return .high
        }
    }

    /// The budget that a level comes to, where only budgets are known.
    package var nearestBudget: Int64? {
        if let budget { return budget }
        switch level {
        case nil: return nil
        case Level.none?: return 0
        case .minimal?, .low?: return 1_024
        case .medium?: return 4_096
        case .high?: return 16_384
        case .xhigh?, .max?: return 32_768
        }
    }
}
