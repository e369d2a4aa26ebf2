/// Says an answer as a response, or as the numbered events that build one up.
struct ResponsesVoice: Voice {
    private let answer: Answer
    private let id: String
    private let withUsage: Bool
    /// Of the next event.
    private var number = 0

    init(_ answer: Answer, id: String, withUsage: Bool) {
        self.answer = answer
        self.id = id
        self.withUsage = withUsage
    }

    func whole() -> String {
        response(endStatus, items: answer.blocks.indices.map { item($0, endStatus(of: $0)) }).json
    }

    mutating func say(_ moment: Moment) -> [UInt8] {
        switch moment {
        case .begin:
            let begun = response("in_progress", items: [])
            return event("response.created", ["response": begun]) + event("response.in_progress", ["response": begun])
        case .open(let block): return open(block)
        case .token(let block, _, let text):
            return event(Self.deltaType(kind(block)), at(block, ["delta": .text(text)]))
        case .close(let block): return close(block)
        case .finish:
            let items = answer.blocks.indices.map { item($0, endStatus(of: $0)) }
            return event("response." + endStatus, ["response": response(endStatus, items: items)])
        }
    }

    mutating func errorEvent() -> [UInt8] {
        let message = Refusal.serverError.message
        let error: JSONLiteral = [
            "type": "server_error", "code": "server_error", "message": .text(message), "param": nil,
        ]
        let failed = response("failed", items: [])
            .replacing(["error": ["code": "server_error", "message": .text(message)]])
        return event("error", ["error": error]) + event("response.failed", ["response": failed])
    }

    func brokenEvent() -> [UInt8] {
        let type = "response.output_text.delta"
        return Array("event: \(type)\ndata: {\"type\":\"\(type)\",\"sequence_number\":\(number),\"delta\":\n\n".utf8)
    }

    // MARK: events

    private mutating func event(_ type: String, _ members: JSONLiteral) -> [UInt8] {
        let typed: JSONLiteral = ["type": .text(type), "sequence_number": .int(number)]
        number += 1
        return SSE.event(typed.adding(members), named: type)
    }

    private mutating func open(_ block: Int) -> [UInt8] {
        let added = event(
            "response.output_item.added", ["output_index": .int(block), "item": item(block, "in_progress")])
        switch kind(block) {
        case .call: return added
        case .reasoning:
            return added + event("response.reasoning_summary_part.added", at(block, ["part": part(block, "")]))
        case .text, .refusal:
            return added + event("response.content_part.added", at(block, ["part": part(block, "")]))
        }
    }

    private mutating func close(_ block: Int) -> [UInt8] {
        let text = answer.blocks[block].text
        let whole: JSONLiteral = ["part": part(block, text)]
        var bytes: [UInt8]
        switch kind(block) {
        case .call:
            bytes = event("response.function_call_arguments.done", at(block, ["arguments": .text(text)]))
        case .reasoning:
            bytes = event("response.reasoning_summary_text.done", at(block, ["text": .text(text)]))
            bytes += event("response.reasoning_summary_part.done", at(block, whole))
        case .text:
            bytes = event("response.output_text.done", at(block, ["text": .text(text), "logprobs": []]))
            bytes += event("response.content_part.done", at(block, whole))
        case .refusal:
            bytes = event("response.refusal.done", at(block, ["refusal": .text(text)]))
            bytes += event("response.content_part.done", at(block, whole))
        }
        return bytes
            + event(
                "response.output_item.done",
                ["output_index": .int(block), "item": item(block, endStatus(of: block))])
    }

    private static func deltaType(_ kind: Answer.Block.Kind) -> String {
        switch kind {
        case .text: "response.output_text.delta"
        case .refusal: "response.refusal.delta"
        case .reasoning: "response.reasoning_summary_text.delta"
        case .call: "response.function_call_arguments.delta"
        }
    }

    /// Where in the response an event belongs, and what it says.
    private func at(_ block: Int, _ said: JSONLiteral) -> JSONLiteral {
        let place: JSONLiteral = ["item_id": .text(itemID(block)), "output_index": .int(block)]
        switch kind(block) {
        case .call: return place.adding(said)
        case .reasoning: return place.adding(["summary_index": 0]).adding(said)
        case .text, .refusal: return place.adding(["content_index": 0]).adding(said)
        }
    }

    // MARK: the response and its items

    private func kind(_ block: Int) -> Answer.Block.Kind { answer.blocks[block].kind }

    private func itemID(_ block: Int) -> String {
        let prefix =
            switch kind(block) {
            case .text, .refusal: "msg"
            case .reasoning: "rs"
            case .call: "fc"
            }
        return "\(prefix)_sim_\(answer.sequence)_\(block)"
    }

    private var endStatus: String { answer.finish == .length ? "incomplete" : "completed" }

    /// Only the last item is cut short.
    private func endStatus(of block: Int) -> String { block == answer.blocks.count - 1 ? endStatus : "completed" }

    /// - Parameter status: `in_progress`: nothing has been said in it yet.
    private func item(_ block: Int, _ status: String) -> JSONLiteral {
        let isBegun = status != "in_progress"
        let text = isBegun ? answer.blocks[block].text : ""
        let id = JSONLiteral.text(itemID(block))
        switch kind(block) {
        case .text, .refusal:
            return [
                "id": id, "type": "message", "status": .text(status), "role": "assistant",
                "content": isBegun ? [part(block, text)] : [],
            ]
        case .reasoning:
            let sealed = answer.inquiry.sealsReasoning && isBegun
            return [
                "id": id, "type": "reasoning", "summary": isBegun ? [part(block, text)] : [],
                "encrypted_content": sealed
                    ? .text(Deterministic.signature("openai-responses", over: text)) : .absent,
            ]
        case .call(let index, let name):
            return [
                "id": id, "type": "function_call", "status": .text(status),
                "call_id": .text("call_sim_\(answer.sequence)_\(index)"), "name": .text(name), "arguments": .text(text),
            ]
        }
    }

    private func part(_ block: Int, _ text: String) -> JSONLiteral {
        switch kind(block) {
        case .reasoning: ["type": "summary_text", "text": .text(text)]
        case .refusal: ["type": "refusal", "refusal": .text(text)]
        case .text, .call: ["type": "output_text", "text": .text(text), "annotations": [], "logprobs": []]
        }
    }

    private func response(_ status: String, items: [JSONLiteral]) -> JSONLiteral {
        let spent = answer.spending
        let usage: JSONLiteral = [
            "input_tokens": .int(spent.input),
            "input_tokens_details": [
                "cached_tokens": .int(spent.cacheRead), "cache_write_tokens": .int(spent.cacheWrite),
            ],
            "output_tokens": .int(spent.allOutput),
            "output_tokens_details": ["reasoning_tokens": .int(spent.reasoning)],
            "total_tokens": .int(spent.input + spent.allOutput),
        ]
        let isEnded = status == "completed" || status == "incomplete"
        return [
            "id": .text(id), "object": "response", "created_at": .int(answer.created), "status": .text(status),
            "background": false, "error": nil,
            "incomplete_details": status == "incomplete" ? ["reason": "max_output_tokens"] : nil,
            "instructions": nil, "max_output_tokens": answer.inquiry.maximum.map { .int($0) } ?? nil,
            "model": .text(answer.model.whole), "output": .list(items),
            "parallel_tool_calls": .bool(answer.inquiry.allowsParallelCalls), "previous_response_id": nil,
            "reasoning": ["effort": nil, "summary": nil], "store": false, "text": ["format": ["type": "text"]],
            "tool_choice": "auto", "tools": [], "truncation": "disabled",
            "usage": withUsage && isEnded ? usage : nil, "metadata": [:],
        ]
    }
}
