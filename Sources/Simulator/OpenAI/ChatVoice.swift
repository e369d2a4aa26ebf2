/// Says an answer as a chat completion or its chunks: a role for each choice, deltas in turn, finish reasons, usage,
/// `[DONE]`.
struct ChatVoice: Voice {
    private let answer: Answer
    private let variant: ChatVariant
    private let id: String
    private let withUsage: Bool

    init(_ answer: Answer, _ variant: ChatVariant, id: String, withUsage: Bool) {
        self.answer = answer
        self.variant = variant
        self.id = id
        self.withUsage = withUsage
    }

    func whole() -> String {
        let list = (0..<answer.choices).map { index in
            "{\"index\":\(index),\"message\":\(message),\"finish_reason\":\"\(finishReason)\",\"logprobs\":null}"
        }
        return "{\"id\":\"\(id)\",\"object\":\"chat.completion\",\"created\":\(answer.created),"
            + "\"model\":\(JSONText.string(answer.model.whole)),\"choices\":[\(list.joined(separator: ","))]"
            + (withUsage ? ",\"usage\":" + usage : "") + "}"
    }

    func say(_ moment: Moment) -> [UInt8] {
        switch moment {
        case .begin: return chunks { choice($0, delta: "\"role\":\"assistant\",\"content\":\"\"") }
        case .open(let block):
            return variant == .mistral ? [] : call(answer.blocks[block].kind, arguments: "")
        case .token(let block, let index, let text):
            guard let delta = delta(answer.blocks[block].kind, text) else { return [] }
            return Array(chunk(choices: choice(index, delta: delta)).utf8)
        case .close(let block):
            return variant == .mistral ? call(answer.blocks[block].kind, arguments: answer.blocks[block].text) : []
        case .finish: return finish + "data: [DONE]\n\n".utf8
        }
    }

    /// The start of a call; Mistral's calls are whole.
    private func call(_ kind: Answer.Block.Kind, arguments: String) -> [UInt8] {
        guard case .call(let index, let name) = kind else { return [] }
        let call =
            "{\"index\":\(index),\"id\":\"\(callID(index))\",\"type\":\"function\","
            + "\"function\":{\"name\":\(JSONText.string(name)),\"arguments\":\(JSONText.string(arguments))}}"
        return chunks { choice($0, delta: "\"tool_calls\":[\(call)]") }
    }

    /// Finish reasons and usage, in the places where each provider has them.
    private var finish: [UInt8] {
        let said = withUsage ? usage : nil
        switch variant {
        case .openAI, .xai:
            let finished = chunks { choice($0, delta: "", finish: finishReason) }
            return finished + (said.map { Array(chunk(choices: "", usage: $0).utf8) } ?? [])
        case .mistral:
            return Array(chunk(choices: choice(0, delta: "\"content\":\"\"", finish: finishReason), usage: said).utf8)
        case .groq:
            let more =
                ",\"x_groq\":{\"id\":\"req_sim_\(answer.sequence)\"" + (said.map { ",\"usage\":" + $0 } ?? "") + "}"
            return Array(chunk(choices: choice(0, delta: "", finish: finishReason), usage: said, more: more).utf8)
        }
    }

    func errorEvent() -> [UInt8] { variant.errorEvent }

    func brokenEvent() -> [UInt8] {
        Array("data: {\"id\":\"\(id)\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\n\n".utf8)
    }

    private var finishReason: String {
        switch answer.finish {
        case .stop, .refusal: "stop"
        case .length: "length"
        case .calls: "tool_calls"
        }
    }

    private func callID(_ index: Int) -> String { variant.callID(answer.sequence, index) }

    private var usage: String {
        let spent = answer.spending
        // xAI's chat counts reasoning beside the completion.
        let completion = variant == .xai ? spent.output : spent.allOutput
        return "{\"prompt_tokens\":\(spent.input),\"completion_tokens\":\(completion),"
            + "\"total_tokens\":\(spent.input + spent.allOutput),"
            + "\"prompt_tokens_details\":{\"cached_tokens\":\(spent.cacheRead)"
            + (spent.cacheWrite > 0 ? ",\"cache_write_tokens\":\(spent.cacheWrite)" : "") + "},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":\(spent.reasoning)}}"
    }

    private var message: String {
        var content: String?
        var refusal: String?
        var thought: String?
        var calls: [String] = []
        for block in answer.blocks {
            let text = JSONText.string(block.text)
            switch block.kind {
            case .text: content = text
            case .refusal: if variant.hasRefusals { refusal = text } else { content = text }
            case .reasoning: if answer.inquiry.showsReasoning { thought = text }
            case .call(let index, let name):
                calls.append(
                    "{\"id\":\"\(callID(index))\",\"type\":\"function\",\"function\":{"
                        + "\"name\":\(JSONText.string(name)),\"arguments\":\(text)}}")
            }
        }
        var more = variant.hasRefusals ? ",\"refusal\":" + (refusal ?? "null") : ""
        if variant == .mistral, let thought {
            let said = content.map { ",{\"type\":\"text\",\"text\":\($0)}" } ?? ""
            content = "[\(Self.thinking(thought))\(said)]"
        } else if let thought {
            more += ",\"\(variant.reasoningMember)\":\(thought)"
        }
        if !calls.isEmpty { more += ",\"tool_calls\":[\(calls.joined(separator: ","))]" }
        return "{\"role\":\"assistant\",\"content\":\(content ?? "null")\(more)}"
    }

    /// Nil where the token is not told of by itself.
    private func delta(_ kind: Answer.Block.Kind, _ text: String) -> String? {
        let said = JSONText.string(text)
        switch kind {
        case .text: return "\"content\":" + said
        case .refusal: return (variant.hasRefusals ? "\"refusal\":" : "\"content\":") + said
        case .reasoning where !answer.inquiry.showsReasoning: return nil
        case .reasoning where variant == .mistral: return "\"content\":[\(Self.thinking(said))]"
        case .reasoning: return "\"\(variant.reasoningMember)\":" + said
        case .call where variant == .mistral: return nil
        case .call(let index, _): return "\"tool_calls\":[{\"index\":\(index),\"function\":{\"arguments\":\(said)}}]"
        }
    }

    /// - Parameter text: in JSON.
    private static func thinking(_ text: String) -> String {
        "{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\(text)}]}"
    }

    private func chunks(_ choice: (Int) -> String) -> [UInt8] {
        (0..<answer.choices).flatMap { Array(chunk(choices: choice($0)).utf8) }
    }

    private func chunk(choices: String, usage: String? = nil, more: String = "") -> String {
        "data: {\"id\":\"\(id)\",\"object\":\"chat.completion.chunk\",\"created\":\(answer.created),"
            + "\"model\":\(JSONText.string(answer.model.whole)),\"choices\":[\(choices)],\"usage\":\(usage ?? "null")"
            + "\(more)}\n\n"
    }

    private func choice(_ index: Int, delta: String, finish: String? = nil) -> String {
        "{\"index\":\(index),\"delta\":{\(delta)},\"finish_reason\":\(JSONText.optional(finish)),\"logprobs\":null}"
    }
}
