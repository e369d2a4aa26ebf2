import JSON

/// Reads the answers of Cohere's chat, version 2, whole or streamed.
package struct CohereAnswerReader: AnswerReader {
    package private(set) var tally = AnswerTally()
    /// The numbers of calls, by their indices.
    private var calls: [Int64: Int] = [:]
    private var callCount = 0

    package init() {}

    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        if event.data.elementsEqual("[DONE]".utf8) {
            step.isDone = true
            tally.note(step)
            return step
        }
        let root = try Self.object(event.data)
        let delta = root.present("delta")
        let message = delta?.present("message")
        switch root.member("type")?.string {
        case "message-start": step.id = root.member("id")?.string
        case "content-start", "content-delta": if let item = message?.present("content") { add(item, &step) }
        case "tool-plan-delta": step.addThought(message?.member("tool_plan"))
        case "tool-call-start":
            if let call = message?.present("tool_calls") { begin(call, Self.index(root), &step) }
        case "tool-call-delta":
            if let call = message?.present("tool_calls") { add(argumentsOf: call, Self.index(root), &step) }
        case "citation-start": if let citations = message?.present("citations") { add(citations: citations, &step) }
        case "message-end":
            step.usage = delta.flatMap(CohereUsage.read)
            if let delta { finish(delta, &step) }
            step.error = delta?.present("error")
            step.isDone = true
        case nil: step.error = root.present("message") == nil ? nil : root
        // The ends of what began, and what is not known yet.
        case _: break
        }
        tally.note(step)
        return step
    }

    package mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        let root = try Self.object(body)
        guard let message = root.present("message"), message.kind == .object else {
            step.error = root.present("message") == nil ? nil : root
            tally.note(step)
            return step
        }
        step.isAnswer = true
        step.id = root.member("id")?.string
        step.addThought(message.member("tool_plan"))
        for item in message.present("content")?.elements() ?? [] { add(item, &step) }
        if let text = message.member("content"), text.kind == .string { step.addText(text) }
        if let citations = message.present("citations") { add(citations: citations, &step) }
        for (index, call) in (message.present("tool_calls")?.elements() ?? []).enumerated() {
            begin(call, Int64(index), &step)
        }
        step.usage = CohereUsage.read(root)
        finish(root, &step)
        tally.note(step)
        return step
    }

    private func add(_ item: JSONValue, _ step: inout AnswerStep) {
        step.addThought(item.member("thinking"))
        step.addText(item.member("text"))
    }

    private mutating func begin(_ call: JSONValue, _ index: Int64, _ step: inout AnswerStep) {
        let function = call.present("function")
        calls[index] = callCount
        let name = JSONText(function?.member("name")) ?? .utf8([])
        step.add(.toolCall(callCount, CallHead(id: JSONText(call.member("id")), name: name)))
        callCount += 1
        add(argumentsOf: call, index, &step)
    }

    private func add(argumentsOf call: JSONValue, _ index: Int64, _ step: inout AnswerStep) {
        guard let number = calls[index], let text = JSONText(call.present("function")?.member("arguments")),
            !text.isEmpty
        else { return }
        step.add(.arguments(number, text))
    }

    /// One in a stream's event, all of them in a whole answer; those of thoughts and plans are about nothing that is said.
    private func add(citations: JSONValue, _ step: inout AnswerStep) {
        for citation in citations.kind == .array ? citations.elements() : [citations] {
            let type = citation.present("type")?.string ?? "TEXT_CONTENT"
            guard type == "TEXT_CONTENT" else { continue }
            var range: Range<Int64>?
            if let start = citation.member("start")?.int, let end = citation.member("end")?.int, 0 <= start, start < end
            {
                range = start..<end
            }
            for source in citation.present("sources")?.elements() ?? [] {
                let document = source.present("document") ?? source.present("tool_output")
                let title = JSONText(document?.member("title")) ?? JSONText(source.member("id"))
                step.add(.citation(Citation(url: JSONText(document?.member("url")), title: title, range: range)))
            }
        }
    }

    private func finish(_ object: JSONValue, _ step: inout AnswerStep) {
        guard let word = object.present("finish_reason")?.string else { return }
        step.finishes.append(AnswerStep.Finish(FinishReason(cohere: word)))
    }

    private static func object(_ data: [UInt8]) throws(JSONFault) -> JSONValue {
        let root = try JSONDocument(data).root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        return root
    }

    private static func index(_ root: JSONValue) -> Int64 { root.member("index")?.int ?? 0 }
}

extension AnswerStep {
    fileprivate mutating func addText(_ value: JSONValue?) {
        if let text = JSONText(value), !text.isEmpty { add(.text(text)) }
    }

    fileprivate mutating func addThought(_ value: JSONValue?) {
        if let text = JSONText(value), !text.isEmpty { add(.reasoning(text)) }
    }
}

extension FinishReason {
    init(cohere word: String) {
        self =
            switch word {
            case "COMPLETE": .stop
            case "STOP_SEQUENCE": .stopSequence(nil)
            case "MAX_TOKENS": .length
            case "TOOL_CALL": .toolCalls
            case "ERROR", "TIMEOUT": .failed(word)
            case _: .other(word)
            }
    }
}
