import Domain
import JSON

/// Reads answers of Anthropic's Messages.
package struct AnthropicAnswerReader: AnswerReader {
    package private(set) var tally = AnswerTally()
    /// What is reported so far: later events correct it, and leave out what stays as it was.
    private var counts = AnthropicCounts()
    /// The numbers of calls, by the numbers of their blocks.
    private var calls: [Int64: Int] = [:]

    package init() {}

    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        let root = try JSONDocument(event.data).root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        switch root.member("type")?.string {
        case "message_start":
            guard let message = root.present("message") else { break }
            step.id = message.member("id")?.string
            step.model = message.member("model")?.string
            note(message.present("usage"), &step)
        case "content_block_start":
            if let block = root.present("content_block") { begin(block, root.member("index")?.int ?? 0, &step) }
        case "content_block_delta":
            if let delta = root.present("delta") { goOn(delta, root.member("index")?.int ?? 0, &step) }
        case "message_delta":
            note(root.present("usage"), &step)
            if let delta = root.present("delta") { finish(delta, &step) }
        case "message_stop": step.isDone = true
        case "error": step.error = root.present("error") ?? root
        // Pings, the ends of blocks, and what is not known yet.
        case _: break
        }
        tally.note(step)
        return step
    }

    package mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        let root = try JSONDocument(body).root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        step.error = root.present("error")
        step.id = root.member("id")?.string
        step.model = root.member("model")?.string
        let blocks = root.present("content")
        step.isAnswer = blocks != nil
        for (index, block) in (blocks?.elements() ?? []).enumerated() {
            begin(block, Int64(index), &step)
            if block.member("type")?.isString("tool_use") == true, let input = block.present("input") {
                add(arguments: .utf8(Array(input.raw)), Int64(index), &step)
            }
        }
        note(root.present("usage"), &step)
        finish(root, &step)
        tally.note(step)
        return step
    }

    /// A block's beginning; of a whole answer, all of a block but a call's input.
    private mutating func begin(_ block: JSONValue, _ index: Int64, _ step: inout AnswerStep) {
        switch block.member("type")?.string {
        case "text":
            if let text = JSONText(block.member("text")), !text.isEmpty { step.add(.text(text)) }
            for citation in block.present("citations")?.elements() ?? [] {
                step.add(.citation(Citation(anthropic: citation)))
            }
        case "thinking":
            // Said even where it is empty: each thought has a signature of its own.
            step.add(.reasoning(JSONText(block.member("thinking")) ?? .utf8([])))
            if let signature = JSONText(block.member("signature")), !signature.isEmpty {
                step.add(.signature(signature))
            }
        case "redacted_thinking": if let data = JSONText(block.member("data")) { step.add(.hiddenReasoning(data)) }
        case "tool_use":
            let number = calls.count
            calls[index] = number
            let head = CallHead(id: JSONText(block.member("id")), name: JSONText(block.member("name")) ?? .utf8([]))
            step.add(.toolCall(number, head))
        // Of tools that Anthropic runs itself: their calls and results mean nothing elsewhere.
        case _: break
        }
    }

    private mutating func goOn(_ delta: JSONValue, _ index: Int64, _ step: inout AnswerStep) {
        switch delta.member("type")?.string {
        case "text_delta": if let text = JSONText(delta.member("text")) { step.add(.text(text)) }
        case "input_json_delta":
            if let text = JSONText(delta.member("partial_json")) { add(arguments: text, index, &step) }
        case "thinking_delta": if let text = JSONText(delta.member("thinking")) { step.add(.reasoning(text)) }
        case "signature_delta": if let text = JSONText(delta.member("signature")) { step.add(.signature(text)) }
        case "citations_delta":
            if let citation = delta.present("citation") { step.add(.citation(Citation(anthropic: citation))) }
        case _: break
        }
    }

    private func add(arguments text: JSONText, _ index: Int64, _ step: inout AnswerStep) {
        guard let number = calls[index], !text.isEmpty else { return }
        step.add(.arguments(number, text))
    }

    private mutating func note(_ usage: JSONValue?, _ step: inout AnswerStep) {
        guard let usage else { return }
        counts.note(usage)
        step.usage = counts.reported
    }

    private func finish(_ delta: JSONValue, _ step: inout AnswerStep) {
        guard let word = delta.present("stop_reason")?.string else { return }
        let reason: FinishReason =
            switch word {
            case "end_turn": .stop
            case "stop_sequence": .stopSequence(delta.present("stop_sequence")?.string)
            case "max_tokens", "model_context_window_exceeded": .length
            case "tool_use": .toolCalls
            case "refusal": .refusal
            case "pause_turn": .paused
            case _: .other(word)
            }
        step.finishes.append(AnswerStep.Finish(reason))
    }
}

extension Citation {
    /// Of a search's result, or of a place in a document of the request's, which has no URL.
    init(anthropic citation: JSONValue) {
        self.init(
            url: JSONText(citation.present("url") ?? citation.present("source")),
            title: JSONText(citation.present("title") ?? citation.present("document_title")),
            quote: JSONText(citation.present("cited_text")))
    }
}
