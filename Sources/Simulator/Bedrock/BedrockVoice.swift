/// Says an answer as Converse's output, or as the messages of an event stream.
struct BedrockVoice: Voice {
    private let answer: Answer
    private let withUsage: Bool

    init(_ answer: Answer, withUsage: Bool) {
        self.answer = answer
        self.withUsage = withUsage
    }

    func whole() -> String {
        let content = answer.blocks.map { block -> JSONLiteral in
            let text = JSONLiteral.text(block.text)
            switch block.kind {
            case .reasoning:
                return ["reasoningContent": ["reasoningText": ["text": text, "signature": .text(signature(block))]]]
            case .text, .refusal: return ["text": text]
            case .call(let index, let name):
                return ["toolUse": call(index, name).adding(["input": .raw(block.text)])]
            }
        }
        let said: JSONLiteral = [
            "output": ["message": ["role": "assistant", "content": .list(content)]], "stopReason": stopReason,
        ]
        return said.adding(spent).json
    }

    func say(_ moment: Moment) -> [UInt8] {
        switch moment {
        case .begin: return event("messageStart", ["role": "assistant"])
        case .open(let index):
            guard case .call(let number, let name) = answer.blocks[index].kind else { return [] }
            return event(
                "contentBlockStart", ["contentBlockIndex": .int(index), "start": ["toolUse": call(number, name)]])
        case .token(let index, _, let text):
            switch answer.blocks[index].kind {
            case .reasoning: return delta(index, ["reasoningContent": ["text": .text(text)]])
            case .text, .refusal: return delta(index, ["text": .text(text)])
            case .call: return delta(index, ["toolUse": ["input": .text(text)]])
            }
        case .close(let index):
            var bytes: [UInt8] = []
            if case .reasoning = answer.blocks[index].kind {
                bytes = delta(index, ["reasoningContent": ["signature": .text(signature(answer.blocks[index]))]])
            }
            return bytes + event("contentBlockStop", ["contentBlockIndex": .int(index)])
        case .finish: return event("messageStop", ["stopReason": stopReason]) + event("metadata", spent)
        }
    }

    func errorEvent() -> [UInt8] {
        frame("exception", "internalServerException", ["message": .text(Refusal.serverError.message)]).bytes
    }

    /// A message whose checksum is wrong.
    func brokenEvent() -> [UInt8] {
        let bytes = delta(0, ["text": "broken"])
        return bytes.dropLast() + bytes.suffix(1).map { ~$0 }
    }

    private func delta(_ index: Int, _ delta: JSONLiteral) -> [UInt8] {
        event("contentBlockDelta", ["contentBlockIndex": .int(index), "delta": delta])
    }

    /// With the padding that hides how long a token is.
    private func event(_ type: String, _ payload: JSONLiteral) -> [UInt8] {
        let letters = "abcdefghijklmnopqrstuvwxyz"
        let padding = String(letters.prefix(Int(Deterministic.hash(payload.json) % 26)))
        return frame("event", type, payload.adding(["p": .text(padding)])).bytes
    }

    private func frame(_ kind: String, _ type: String, _ payload: JSONLiteral) -> EventStreamFrame {
        EventStreamFrame(
            headers: [(":\(kind)-type", type), (":content-type", "application/json"), (":message-type", kind)],
            payload: Array(payload.json.utf8))
    }

    private func call(_ index: Int, _ name: String) -> JSONLiteral {
        ["toolUseId": .text("tooluse_sim_\(answer.sequence)_\(index)"), "name": .text(name)]
    }

    private func signature(_ block: Answer.Block) -> String { Deterministic.signature("bedrock", over: block.text) }

    private var stopReason: JSONLiteral {
        switch answer.finish {
        case .stop: "end_turn"
        case .length: "max_tokens"
        case .calls: "tool_use"
        case .refusal: "content_filtered"
        }
    }

    private var spent: JSONLiteral {
        let spent = answer.spending
        let usage: JSONLiteral = [
            "inputTokens": .int(spent.uncached), "outputTokens": .int(spent.allOutput),
            "totalTokens": .int(spent.input + spent.allOutput), "cacheReadInputTokens": .int(spent.cacheRead),
            "cacheWriteInputTokens": .int(spent.cacheWrite),
        ]
        return ["usage": withUsage ? usage : .absent, "metrics": ["latencyMs": 1]]
    }
}
