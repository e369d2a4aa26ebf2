/// Says an answer as a chat response, or as typed events.
struct CohereVoice: Voice {
    /// Tokens of a preamble nobody asked for: counted, and not billed.
    private static let preamble = 495

    private let answer: Answer
    private let id: String
    private let withUsage: Bool

    init(_ answer: Answer, id: String, withUsage: Bool) {
        self.answer = answer
        self.id = id
        self.withUsage = withUsage
    }

    func whole() -> String {
        var content: [JSONLiteral] = []
        var calls: [JSONLiteral] = []
        for block in answer.blocks {
            switch block.kind {
            case .reasoning: content.append(["type": "thinking", "thinking": .text(block.text)])
            case .text, .refusal: content.append(["type": "text", "text": .text(block.text)])
            case .call(let index, let name): calls.append(call(index, name, arguments: block.text))
            }
        }
        let message: JSONLiteral = [
            "role": "assistant", "content": content.isEmpty ? .absent : .list(content),
            "tool_calls": calls.isEmpty ? .absent : .list(calls),
        ]
        let response: JSONLiteral = ["id": .text(id), "message": message]
        return response.adding(ending).json
    }

    func say(_ moment: Moment) -> [UInt8] {
        switch moment {
        case .begin:
            let message: JSONLiteral = ["role": "assistant", "content": [], "tool_plan": "", "tool_calls": []]
            return event("message-start", ["id": .text(id), "delta": ["message": message]])
        case .open(let index):
            switch answer.blocks[index].kind {
            case .reasoning: return event("content-start", index, ["content": ["type": "thinking", "thinking": ""]])
            case .text, .refusal: return event("content-start", index, ["content": ["type": "text", "text": ""]])
            case .call(let number, let name):
                return event("tool-call-start", index, ["tool_calls": call(number, name, arguments: "")])
            }
        case .token(let index, _, let text):
            switch answer.blocks[index].kind {
            case .reasoning: return event("content-delta", index, ["content": ["thinking": .text(text)]])
            case .text, .refusal: return event("content-delta", index, ["content": ["text": .text(text)]])
            case .call:
                return event("tool-call-delta", index, ["tool_calls": ["function": ["arguments": .text(text)]]])
            }
        case .close(let index):
            if case .call = answer.blocks[index].kind { return event("tool-call-end", index, nil) }
            return event("content-end", index, nil)
        case .finish: return event("message-end", ["id": .text(id), "delta": ending])
        }
    }

    func errorEvent() -> [UInt8] {
        let delta: JSONLiteral = ["error": .text(Refusal.serverError.message), "finish_reason": "ERROR"]
        return event("message-end", ["id": .text(id), "delta": delta])
    }

    func brokenEvent() -> [UInt8] {
        Array("event: content-delta\ndata: {\"type\":\"content-delta\",\"index\":0,\"delta\":\n\n".utf8)
    }

    private func event(_ type: String, _ members: JSONLiteral) -> [UInt8] {
        let typed: JSONLiteral = ["type": .text(type)]
        return SSE.event(typed.adding(members), named: type)
    }

    private func event(_ type: String, _ index: Int, _ message: JSONLiteral?) -> [UInt8] {
        event(type, ["index": .int(index), "delta": message.map { ["message": $0] } ?? .absent])
    }

    private func call(_ index: Int, _ name: String, arguments: String) -> JSONLiteral {
        [
            "id": .text("\(name)_sim_\(answer.sequence)_\(index)"), "type": "function",
            "function": ["name": .text(name), "arguments": .text(arguments)],
        ]
    }

    private var ending: JSONLiteral {
        let reason: JSONLiteral =
            switch answer.finish {
            case .stop, .refusal: "COMPLETE"
            case .length: "MAX_TOKENS"
            case .calls: "TOOL_CALL"
            }
        let spent = answer.spending
        let output = JSONLiteral.int(spent.allOutput)
        let usage: JSONLiteral = [
            "billed_units": ["input_tokens": .int(spent.input), "output_tokens": output],
            "tokens": ["input_tokens": .int(spent.input + Self.preamble), "output_tokens": output],
            "cached_tokens": .int(spent.cacheRead),
        ]
        return ["finish_reason": reason, "usage": withUsage ? usage : .absent]
    }
}
