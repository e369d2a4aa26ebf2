import Domain
import JSON

/// Writes answers of other protocols as Anthropic's Messages.
package struct AnthropicAnswerWriter: AnswerWriter {
    /// The block that is being said.
    private enum Block: Equatable {
        case text, thinking
        /// By its number.
        case call(Int)
    }

    private let opening: AnswerOpening
    private var id: String
    private var model: String
    private var hasBegun = false
    private var open: Block?
    /// Blocks begun so far.
    private var blocks = 0
    /// Calls begun so far.
    private var calls = 0
    private var saidRefusal = false

    package init(_ opening: AnswerOpening) {
        self.opening = opening
        id = opening.id
        model = opening.model
    }

    package mutating func write(_ step: AnswerStep) throws(RelayFault) -> [UInt8] {
        if let named = step.id, !named.isEmpty { id = named }
        if let named = step.model, !named.isEmpty { model = named }
        guard !step.pieces.isEmpty else { return [] }
        var out = begin()
        for piece in step.pieces { try write(piece.content, to: &out) }
        return out
    }

    package mutating func end(_ ending: AnswerEnding) -> [UInt8] {
        id = ending.id
        model = ending.model
        var out = begin()
        close(&out)
        event("message_delta", to: &out) { [saidRefusal, calls] writer in
            writer.key("delta")
            writer.beginObject()
            writer.stop(ending.reason(refused: saidRefusal, called: calls > 0))
            writer.endObject()
            writer.key("usage")
            writer.anthropicUsage(ending.usage, cost: ending.cost)
            if let verdict = ending.verdict {
                writer.key("tollgate")
                writer.raw(verdict.encode())
            }
        }
        event("message_stop", to: &out) { _ in }
        return out
    }

    private mutating func begin() -> [UInt8] {
        guard !hasBegun else { return [] }
        hasBegun = true
        var out: [UInt8] = []
        event("message_start", to: &out) { [id, model] writer in
            writer.key("message")
            writer.beginObject()
            writer.head(id: id, model: model)
            writer.key("content")
            writer.beginArray()
            writer.endArray()
            writer.stop(nil)
            writer.key("usage")
            // Not known yet: the end says it, and SDKs take it from there.
            writer.anthropicUsage(Usage(), cost: nil)
            writer.endObject()
        }
        return out
    }

    private mutating func write(_ content: AnswerPiece.Content, to out: inout [UInt8]) throws(RelayFault) {
        switch content {
        case .text(let text), .refusal(let text):
            guard !text.isEmpty else { return }
            if case .refusal = content { saidRefusal = true }
            begin(.text, to: &out) { writer in
                writer.member("type", "text")
                writer.member("text", "")
            }
            delta("text_delta", "text", text, to: &out)
        case .reasoning(let text):
            guard !text.isEmpty else { return }
            beginThinking(&out)
            delta("thinking_delta", "thinking", text, to: &out)
        case .signature(let signature):
            beginThinking(&out)
            delta("signature_delta", "signature", ReasoningSeal.seal(signature, of: opening.origin), to: &out)
            // What is thought next has a signature of its own.
            close(&out)
        case .hiddenReasoning(let data):
            close(&out)
            start(to: &out) { [opening] writer in
                writer.member("type", "redacted_thinking")
                writer.member("data", ReasoningSeal.seal(data, of: opening.origin))
            }
            stop(&out)
        case .toolCall(let number, let head):
            guard number == calls else { throw .interleavedCalls }
            calls += 1
            begin(.call(number), to: &out) { [opening] writer in
                writer.member("type", "tool_use")
                writer.member("id", opening.callID(head, number))
                writer.member("name", head.name)
                writer.key("input")
                writer.beginObject()
                writer.endObject()
            }
        case .arguments(let number, let text):
            guard open == .call(number) else { throw .interleavedCalls }
            delta("input_json_delta", "partial_json", text, to: &out)
        case .citation(let citation):
            guard open == .text else { return }
            delta(to: &out) { writer in
                writer.member("type", "citations_delta")
                writer.key("citation")
                writer.anthropicCitation(citation)
            }
        }
    }

    private mutating func beginThinking(_ out: inout [UInt8]) {
        begin(.thinking, to: &out) { writer in
            writer.member("type", "thinking")
            writer.member("thinking", "")
            writer.member("signature", "")
        }
    }

    /// Goes on with the open block where it is this one.
    private mutating func begin(
        _ block: Block, to out: inout [UInt8], _ write: (inout JSONWriter) -> Void
    ) {
        guard open != block else { return }
        close(&out)
        start(to: &out, write)
        open = block
    }

    private mutating func close(_ out: inout [UInt8]) {
        guard open != nil else { return }
        stop(&out)
        open = nil
    }

    private mutating func start(to out: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        event("content_block_start", to: &out) { [blocks] writer in
            writer.key("index")
            writer.int(blocks)
            writer.key("content_block")
            writer.beginObject()
            write(&writer)
            writer.endObject()
        }
        blocks += 1
    }

    private func stop(_ out: inout [UInt8]) {
        event("content_block_stop", to: &out) { [blocks] writer in
            writer.key("index")
            writer.int(blocks - 1)
        }
    }

    private func delta(_ type: String, _ name: String, _ text: JSONText, to out: inout [UInt8]) {
        delta(to: &out) { writer in
            writer.member("type", type)
            writer.member(name, text)
        }
    }

    private func delta(to out: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        event("content_block_delta", to: &out) { [blocks] writer in
            writer.key("index")
            writer.int(blocks - 1)
            writer.key("delta")
            writer.beginObject()
            write(&writer)
            writer.endObject()
        }
    }

    private func event(_ name: StaticString, to out: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("type", "\(name)")
        write(&writer)
        writer.endObject()
        out += ServerSentEvent.frame(name: name, json: writer.bytes)
    }

    package static func whole(_ answer: AssembledAnswer, _ ending: AnswerEnding) -> [UInt8] {
        var writer = JSONWriter(capacity: answer.items.reduce(512) { $0 + $1.byteCount })
        writer.beginObject()
        writer.head(id: ending.id, model: ending.model)
        writer.key("content")
        writer.beginArray()
        var calls = 0
        for item in answer.items {
            writer.block(item, &calls, ending.opening)
        }
        writer.endArray()
        writer.stop(ending.reason(refused: answer.refusal != nil, called: calls > 0))
        writer.key("usage")
        writer.anthropicUsage(ending.usage, cost: ending.cost)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func head(id: String, model: String) {
        member("id", id)
        member("type", "message")
        member("role", "assistant")
        member("model", model)
    }

    fileprivate mutating func stop(_ reason: FinishReason?) {
        key("stop_reason")
        optional(reason?.anthropicName)
        key("stop_sequence")
        if case .stopSequence(let word)? = reason { optional(word) } else { null() }
    }

    fileprivate mutating func anthropicCitation(_ citation: Citation) {
        beginObject()
        member("type", "web_search_result_location")
        member("cited_text", citation.quote ?? .utf8([]))
        member("encrypted_index", "")
        key("title")
        if let title = citation.title { text(title) } else { null() }
        member("url", citation.url ?? .utf8([]))
        endObject()
    }

    fileprivate mutating func block(
        _ item: AssembledAnswer.Item, _ calls: inout Int, _ opening: AnswerOpening
    ) {
        switch item {
        case .text(let text, let citations):
            if text.isEmpty, citations.isEmpty { return }
            beginObject()
            member("type", "text")
            key("text")
            string(utf8: text)
            if !citations.isEmpty {
                key("citations")
                beginArray()
                for citation in citations { anthropicCitation(citation) }
                endArray()
            }
        case .refusal(let text):
            beginObject()
            member("type", "text")
            key("text")
            string(utf8: text)
        case .reasoning(let text, let signature):
            if text.isEmpty, signature == nil { return }
            beginObject()
            member("type", "thinking")
            key("thinking")
            string(utf8: text)
            member("signature", signature.map { ReasoningSeal.seal($0, of: opening.origin) } ?? .utf8([]))
        case .hiddenReasoning(let data):
            beginObject()
            member("type", "redacted_thinking")
            member("data", ReasoningSeal.seal(data, of: opening.origin))
        case .call(let call):
            if let signature = call.signature { block(.reasoning([], signature: signature), &calls, opening) }
            beginObject()
            member("type", "tool_use")
            member("id", opening.callID(call.head, calls))
            member("name", call.head.name)
            key("input")
            // What is no JSON cannot stand there: a model may be cut off in the middle of it.
            raw((try? JSONDocument(call.argumentsJSON)) == nil ? Array("{}".utf8) : call.argumentsJSON)
            calls += 1
        }
        endObject()
    }
}

extension FinishReason {
    /// As Anthropic has it.
    var anthropicName: String {
        switch self {
        case .stop: "end_turn"
        case .stopSequence: "stop_sequence"
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        case .contentFilter, .refusal: "refusal"
        case .paused: "pause_turn"
        case .failed(let word), .other(let word): word
        }
    }
}
