/// Says an answer as a message, or as the named events that build one up.
struct AnthropicVoice: Voice {
    private let answer: Answer
    private let id: String
    private let requestID: String
    private let withUsage: Bool

    init(_ answer: Answer, id: String, requestID: String, withUsage: Bool) {
        self.answer = answer
        self.id = id
        self.requestID = requestID
        self.withUsage = withUsage
    }

    func whole() -> String {
        guard !answer.inquiry.onlyCounts else {
            let count: JSONLiteral = ["input_tokens": .int(answer.spending.input)]
            return count.json
        }
        let content = answer.blocks.map { block in
            switch block.kind {
            case .reasoning:
                start(block).replacing(["thinking": .text(block.text), "signature": .text(signature(block))])
            case .text, .refusal: start(block).replacing(["text": .text(block.text)])
            case .call: start(block).replacing(["input": .raw(block.text)])
            }
        }
        return message(content: content, usage: usage(output: answer.spending.allOutput), ended: true).json
    }

    func say(_ moment: Moment) -> [UInt8] {
        switch moment {
        case .begin:
            let empty = message(content: [], usage: usage(output: 1), ended: false)
            return event("message_start", ["message": empty])
        case .open(let block):
            let begun = event(
                "content_block_start", ["index": .int(block), "content_block": start(answer.blocks[block])])
            return block == 0 ? begun + event("ping", [:]) : begun
        case .token(let block, _, let text): return delta(block, Self.delta(answer.blocks[block].kind, text))
        case .close(let block):
            var bytes: [UInt8] = []
            if case .reasoning = answer.blocks[block].kind {
                bytes = delta(block, ["type": "signature_delta", "signature": .text(signature(answer.blocks[block]))])
            }
            return bytes + event("content_block_stop", ["index": .int(block)])
        case .finish:
            let output: JSONLiteral = [
                "output_tokens": .int(answer.spending.allOutput), "output_tokens_details": thinking,
            ]
            let ended = event("message_delta", ["delta": ending, "usage": withUsage ? output : .absent])
            return ended + event("message_stop", [:])
        }
    }

    func errorEvent() -> [UInt8] {
        let error = AnthropicMessages.body("api_error", Refusal.serverError.message, requestID: requestID)
        return SSE.event(error, named: "error")
    }

    func brokenEvent() -> [UInt8] {
        Array("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":\n\n".utf8)
    }

    private func event(_ type: String, _ members: JSONLiteral) -> [UInt8] {
        let typed: JSONLiteral = ["type": .text(type)]
        return SSE.event(typed.adding(members), named: type)
    }

    private func delta(_ block: Int, _ delta: JSONLiteral) -> [UInt8] {
        event("content_block_delta", ["index": .int(block), "delta": delta])
    }

    private static func delta(_ kind: Answer.Block.Kind, _ text: String) -> JSONLiteral {
        switch kind {
        case .reasoning: ["type": "thinking_delta", "thinking": .text(text)]
        case .text, .refusal: ["type": "text_delta", "text": .text(text)]
        case .call: ["type": "input_json_delta", "partial_json": .text(text)]
        }
    }

    /// A block as it starts: empty.
    private func start(_ block: Answer.Block) -> JSONLiteral {
        switch block.kind {
        case .reasoning: ["type": "thinking", "thinking": "", "signature": ""]
        case .text, .refusal: ["type": "text", "text": ""]
        case .call(let index, let name):
            [
                "type": "tool_use", "id": .text("toolu_sim_\(answer.sequence)_\(index)"), "name": .text(name),
                "input": [:],
            ]
        }
    }

    private func signature(_ block: Answer.Block) -> String {
        Deterministic.signature("anthropic", over: block.text)
    }

    private func message(content: [JSONLiteral], usage: JSONLiteral, ended: Bool) -> JSONLiteral {
        let begun: JSONLiteral = [
            "id": .text(id), "type": "message", "role": "assistant", "model": .text(answer.model.whole),
            "content": .list(content),
        ]
        let open: JSONLiteral = ["stop_reason": nil, "stop_sequence": nil]
        return begun.adding(ended ? ending : open).adding(["usage": withUsage ? usage : .absent])
    }

    private var ending: JSONLiteral {
        var details = JSONLiteral.absent
        let reason: JSONLiteral
        switch answer.finish {
        case .stop: reason = "end_turn"
        case .length: reason = "max_tokens"
        case .calls: reason = "tool_use"
        case .refusal:
            reason = "refusal"
            details = ["type": "refusal", "category": nil, "explanation": "The gate is closed to this request."]
        }
        return ["stop_reason": reason, "stop_sequence": nil, "stop_details": details]
    }

    private var thinking: JSONLiteral {
        answer.spending.reasoning > 0 ? ["thinking_tokens": .int(answer.spending.reasoning)] : .absent
    }

    private func usage(output: Int) -> JSONLiteral {
        let spent = answer.spending
        return [
            "input_tokens": .int(spent.uncached), "cache_creation_input_tokens": .int(spent.cacheWrite),
            "cache_read_input_tokens": .int(spent.cacheRead),
            "cache_creation": [
                "ephemeral_5m_input_tokens": .int(spent.cacheWrite), "ephemeral_1h_input_tokens": 0,
            ],
            "output_tokens": .int(output), "output_tokens_details": output > 1 ? thinking : .absent,
            "service_tier": "standard",
        ]
    }
}
