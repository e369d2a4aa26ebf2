/// The words of one answer, and the JSON around them.
struct ChatAnswer {
    /// Of one choice; all choices are alike.
    let tokens: [String]
    let choices: Int
    let finishReason: String
    let promptTokens: Int
    let id: String
    let model: String
    let created: Int

    init(_ request: ChatRequest, sequence: Int, configuredTokens: Int, created: Int) {
        let model = request.baseModel
        let count: Int
        if model == "sim-big" {
            count = request.maximum ?? configuredTokens
            tokens = Self.bigTokens(count)
            finishReason = "length"
        } else if model == "sim-echo" {
            let echo = request.messages.last { $0.role == "user" }?.text ?? ""
            let words = Self.words(echo)
            count = min(words.count, request.maximum ?? .max)
            tokens = Array(words.prefix(count))
            finishReason = count < words.count ? "length" : "stop"
        } else {
            count = min(configuredTokens, request.maximum ?? .max)
            let system = request.messages.first { $0.role == "system" || $0.role == "developer" }?.text ?? ""
            tokens = Self.sentence(opening: "[\(model)] " + String(system.prefix(60)), count: count)
            finishReason = count < configuredTokens ? "length" : "stop"
        }
        choices = request.n ?? 1
        promptTokens = request.promptTokens
        id = "chatcmpl-sim-\(sequence)"
        self.model = request.model
        self.created = created
    }

    var completionTokens: Int { tokens.count * choices }

    func usage(completionTokens: Int) -> String {
        "{\"prompt_tokens\":\(promptTokens),\"completion_tokens\":\(completionTokens),"
            + "\"total_tokens\":\(promptTokens + completionTokens),"
            + "\"prompt_tokens_details\":{\"cached_tokens\":0},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":0}}"
    }

    func whole(withUsage: Bool) -> String {
        let content = JSONText.string(tokens.joined())
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

    private static func bigTokens(_ count: Int) -> [String] {
        Array(repeating: String(repeating: "0123456789abcde ", count: 64), count: count)
    }
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
            let delta = "\"content\":" + JSONText.string(answer.tokens[step / n])
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
