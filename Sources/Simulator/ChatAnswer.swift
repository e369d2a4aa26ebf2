/// The words of one answer, and the JSON around them.
struct ChatAnswer {
    /// Bytes of a whole answer: all of it is in memory at once. A stream may be longer.
    static let maximumWholeBytes = 64 << 20

    /// How many tokens one choice has; all choices are alike.
    let tokenCount: Int
    /// The tokens of one choice in turn, again from the first where there are more.
    private let words: [String]
    let choices: Int
    let finishReason: String
    let promptTokens: Int
    let id: String
    let model: String
    let created: Int

    init(_ request: ChatRequest, fault: Fault?, sequence: Int, configuredTokens: Int, created: Int) {
        let model = request.baseModel
        if model == "sim-big" {
            tokenCount = request.maximum ?? configuredTokens
            words = [Self.bigToken]
            finishReason = "length"
        } else if model == "sim-echo" {
            let echo = request.messages.last { $0.role == "user" }?.text ?? ""
            words = Self.words(echo)
            tokenCount = min(words.count, request.maximum ?? .max)
            finishReason = tokenCount < words.count ? "length" : "stop"
        } else if let json = fault == .badOutput ? SchemaAnswer.misfit : request.structured {
            words = Self.pieces(json)
            tokenCount = min(words.count, request.maximum ?? .max)
            finishReason = tokenCount < words.count ? "length" : "stop"
        } else {
            tokenCount = min(configuredTokens, request.maximum ?? .max)
            let system = request.messages.first { $0.role == "system" || $0.role == "developer" }?.text ?? ""
            words = Self.sentence(opening: "[\(model)] " + String(system.prefix(60)), count: tokenCount)
            finishReason = tokenCount < configuredTokens ? "length" : "stop"
        }
        choices = request.n ?? 1
        promptTokens = request.promptTokens
        id = "chatcmpl-sim-\(sequence)"
        self.model = request.model
        self.created = created
    }

    var completionTokens: Int { tokenCount * choices }

    /// - Parameter index: below `tokenCount`.
    func token(_ index: Int) -> String { words[index % words.count] }

    /// At least as many as the content of a whole answer has, all choices together.
    private var contentBytes: Int {
        guard !words.isEmpty else { return 0 }
        let rounds = (tokenCount + words.count - 1) / words.count
        return words.reduce(0) { $0 + $1.utf8.count } * rounds * choices
    }

    /// Whether it can be answered in one piece.
    var fitsWhole: Bool { contentBytes <= Self.maximumWholeBytes }

    func usage(completionTokens: Int) -> String {
        "{\"prompt_tokens\":\(promptTokens),\"completion_tokens\":\(completionTokens),"
            + "\"total_tokens\":\(promptTokens + completionTokens),"
            + "\"prompt_tokens_details\":{\"cached_tokens\":0},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":0}}"
    }

    func whole(withUsage: Bool) -> String {
        let content = JSONText.string((0..<tokenCount).map(token).joined())
        let list = (0..<choices).map { index in
            "{\"index\":\(index),\"message\":{\"role\":\"assistant\",\"content\":\(content),\"refusal\":null},"
                + "\"finish_reason\":\"\(finishReason)\",\"logprobs\":null}"
        }
        let usage = withUsage ? ",\"usage\":" + usage(completionTokens: completionTokens) : ""
        return "{\"id\":\"\(id)\",\"object\":\"chat.completion\",\"created\":\(created),"
            + "\"model\":\(JSONText.string(model)),\"choices\":[\(list.joined(separator: ","))]\(usage)}"
    }

    func chunk(choices: String, usage: String? = nil) -> String {
        "data: {\"id\":\"\(id)\",\"object\":\"chat.completion.chunk\",\"created\":\(created),"
            + "\"model\":\(JSONText.string(model)),\"choices\":[\(choices)],\"usage\":\(usage ?? "null")}\n\n"
    }

    func choice(_ index: Int, delta: String, finish: String? = nil) -> String {
        "{\"index\":\(index),\"delta\":{\(delta)},\"finish_reason\":\(JSONText.optional(finish)),\"logprobs\":null}"
    }

    private static let filler = [
        "every", "toll", "is", "paid", "before", "the", "gate", "opens", "and", "the", "book", "keeps", "count", "of",
    ]

    private static func sentence(opening: String, count: Int) -> [String] {
        let opened = words(opening)
        return (0..<count).map { $0 < opened.count ? opened[$0] : " " + filler[($0 - opened.count) % filler.count] }
    }

    /// Every word but the first carries the space before it, so that they join to the text (white space made plain).
    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).enumerated().map { $0 == 0 ? String($1) : " " + $1 }
    }

    /// Of some four characters, as tokens are.
    private static func pieces(_ text: String) -> [String] {
        var rest = text[...]
        var pieces: [String] = []
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(4)))
            rest = rest.dropFirst(4)
        }
        return pieces
    }

    private static let bigToken = String(repeating: "0123456789abcde ", count: 64)
}

/// The events of a stream in OpenAI's order: a role for each choice, words in turn, finish reasons, usage, `[DONE]`.
struct ChatEvents {
    enum Step {
        case event(String, isToken: Bool)
        case end
    }

    private let answer: ChatAnswer
    private let usageWanted: Bool
    private var position = 0
    private(set) var tokensSent = 0

    init(_ answer: ChatAnswer, usageWanted: Bool) {
        self.answer = answer
        self.usageWanted = usageWanted
    }

    mutating func next() -> Step {
        defer { position += 1 }
        let n = answer.choices
        var step = position
        if step < n {
            return .event(
                answer.chunk(choices: answer.choice(step, delta: "\"role\":\"assistant\",\"content\":\"\"")),
                isToken: false)
        }
        step -= n
        if step < answer.completionTokens {
            tokensSent += 1
            let delta = "\"content\":" + JSONText.string(answer.token(step / n))
            return .event(answer.chunk(choices: answer.choice(step % n, delta: delta)), isToken: true)
        }
        step -= answer.completionTokens
        if step < n {
            return .event(
                answer.chunk(choices: answer.choice(step, delta: "", finish: answer.finishReason)), isToken: false)
        }
        step -= n
        if usageWanted {
            if step == 0 {
                return .event(
                    answer.chunk(choices: "", usage: answer.usage(completionTokens: tokensSent)), isToken: false)
            }
            step -= 1
        }
        return step == 0 ? .event("data: [DONE]\n\n", isToken: false) : .end
    }
}
