/// Says an answer as one response with all of it, or as a response for every token; calls come whole.
struct GeminiVoice: Voice {
    private let answer: Answer
    private let id: String
    private let withUsage: Bool
    /// Of the answer, so far.
    private var output = 0
    private var reasoning = 0

    init(_ answer: Answer, id: String, withUsage: Bool) {
        self.answer = answer
        self.id = id
        self.withUsage = withUsage
    }

    func whole() -> String {
        guard !answer.inquiry.onlyCounts else {
            let count: JSONLiteral = ["totalTokens": .int(answer.spending.input)]
            return count.json
        }
        var parts = answer.blocks.compactMap { block -> JSONLiteral? in
            if case .reasoning = block.kind, !answer.inquiry.showsReasoning { return nil }
            return part(block, block.text)
        }
        if case .text = answer.blocks.last?.kind, let last = parts.popLast() { parts.append(last.adding(signature)) }
        return response(parts: parts, ended: true, output: answer.spending.output, answer.spending.reasoning).json
    }

    mutating func say(_ moment: Moment) -> [UInt8] {
        switch moment {
        case .begin, .open: return []
        case .token(let index, _, let text):
            let block = answer.blocks[index]
            switch block.kind {
            case .reasoning:
                reasoning += 1
                return answer.inquiry.showsReasoning ? event([part(block, text)]) : []
            case .text, .refusal:
                output += 1
                return event([part(block, text)])
            case .call:
                output += 1
                return []
            }
        case .close(let index):
            guard case .call = answer.blocks[index].kind else { return [] }
            return event([part(answer.blocks[index], answer.blocks[index].text)])
        case .finish:
            var parts: [JSONLiteral] = []
            if case .text = answer.blocks.last?.kind {
                parts = [JSONLiteral.object([]).adding(["text": ""]).adding(signature)]
            }
            return Self.event(response(parts: parts, ended: true, output: output, reasoning))
        }
    }

    /// Not an event at all: bare JSON on lines of its own.
    func errorEvent() -> [UInt8] {
        let text = JSONText.string(Refusal.serverError.message)
        return Array(
            "{\n  \"error\": {\n    \"code\": 500,\n    \"message\": \(text),\n    \"status\": \"INTERNAL\"\n  }\n}\n"
                .utf8)
    }

    func brokenEvent() -> [UInt8] { Array("data: {\"candidates\": [{\"content\":\r\n\r\n".utf8) }

    private func event(_ parts: [JSONLiteral]) -> [UInt8] {
        Self.event(response(parts: parts, ended: false, output: output, reasoning))
    }

    /// Gemini ends its lines as HTTP does.
    private static func event(_ response: JSONLiteral) -> [UInt8] { Array("data: \(response.json)\r\n\r\n".utf8) }

    private func part(_ block: Answer.Block, _ text: String) -> JSONLiteral {
        switch block.kind {
        case .reasoning: return ["text": .text(text), "thought": true]
        case .text, .refusal: return ["text": .text(text)]
        case .call(let index, let name):
            // The first of calls made at once carries the signature.
            let signed = answer.inquiry.model.features.contains(.think) && index == 0
            return [
                "functionCall": ["name": .text(name), "args": .raw(text)],
                "thoughtSignature": signed ? .text(Deterministic.signature("gemini", over: name)) : .absent,
            ]
        }
    }

    /// Of the last part of an answer in words.
    private var signature: JSONLiteral {
        guard answer.inquiry.model.features.contains(.think) else { return [:] }
        return ["thoughtSignature": .text(Deterministic.signature("gemini", over: "text"))]
    }

    private func response(parts: [JSONLiteral], ended: Bool, output: Int, _ reasoning: Int) -> JSONLiteral {
        let reason: JSONLiteral = ended ? (answer.finish == .length ? "MAX_TOKENS" : "STOP") : .absent
        let candidate: JSONLiteral = [
            "content": ["role": "model", "parts": .list(parts)], "finishReason": reason, "index": 0,
        ]
        let isBlocked = answer.finish == .refusal
        let spent = answer.spending
        let usage: JSONLiteral = [
            "promptTokenCount": .int(spent.input),
            "cachedContentTokenCount": spent.cacheRead > 0 ? .int(spent.cacheRead) : .absent,
            "candidatesTokenCount": output > 0 ? .int(output) : .absent,
            "thoughtsTokenCount": reasoning > 0 ? .int(reasoning) : .absent,
            "totalTokenCount": .int(spent.input + output + reasoning),
            "promptTokensDetails": [["modality": "TEXT", "tokenCount": .int(spent.input)]],
        ]
        return [
            "candidates": isBlocked ? .absent : [candidate],
            "promptFeedback": isBlocked ? ["blockReason": "PROHIBITED_CONTENT"] : .absent,
            "usageMetadata": withUsage ? usage : .absent, "modelVersion": .text(answer.model.whole),
            "responseId": .text(id),
        ]
    }
}
