import JSON

/// Reads the answers of Amazon Bedrock's Converse, and of ConverseStream, whose messages `ProviderStreamParser` gives.
///
/// A stream says what it cost after it said why it ended: only then is it done.
package struct BedrockAnswerReader: AnswerReader {
    package private(set) var tally = AnswerTally()
    /// The numbers of calls, by the numbers of their blocks.
    private var calls: [Int64: Int] = [:]
    private var callCount = 0
    /// The number of the block that was thought last.
    private var thought: Int64?

    package init() {}

    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        switch EventType(event.name) {
        case .contentBlockDelta:
            let root = try Self.object(event.data)
            if let delta = root.present("delta") { goOn(delta, Self.index(root), &step) }
        case .contentBlockStart:
            let root = try Self.object(event.data)
            if let call = root.present("start")?.present("toolUse") { begin(call, Self.index(root), &step) }
        case .messageStop: finish(try Self.object(event.data), &step)
        case .metadata:
            step.usage = BedrockUsage.read(try Self.object(event.data))
            step.isDone = true
        case .error: step.error = try Self.object(event.data)
        case .exception(let type): step.error = try Self.error(event.data, type)
        case .other: break
        }
        tally.note(step)
        return step
    }

    package mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        let root = try Self.object(body)
        let message = root.present("output")?.present("message")
        step.isAnswer = message != nil
        if message == nil, root.present("message")?.kind == .string || root.present("__type") != nil {
            step.error = root
        }
        for block in message?.present("content")?.elements() ?? [] { add(block, &step) }
        step.usage = BedrockUsage.read(root)
        finish(root, &step)
        tally.note(step)
        return step
    }

    // MARK: Blocks

    private mutating func add(_ block: JSONValue, _ step: inout AnswerStep) {
        if let text = JSONText(block.member("text")) {
            if !text.isEmpty { step.add(.text(text)) }
        } else if let call = block.present("toolUse") {
            let number = callCount
            guard begin(call, Int64(number), &step), let input = call.present("input") else { return }
            step.add(.arguments(number, .utf8(Array(input.raw))))
        } else if let reasoning = block.present("reasoningContent") {
            if let said = reasoning.present("reasoningText") {
                step.add(.reasoning(.utf8([])))
                add(reasoning: said, &step)
            }
            if let data = JSONText(reasoning.member("redactedContent")) { step.add(.hiddenReasoning(data)) }
        } else if let cited = block.present("citationsContent") {
            for text in cited.present("content")?.elements() ?? [] {
                if let text = JSONText(text.member("text")), !text.isEmpty { step.add(.text(text)) }
            }
            for citation in cited.present("citations")?.elements() ?? [] {
                step.add(.citation(Citation(bedrock: citation)))
            }
        } else if block.present("image") != nil {
            step.imageCount += 1
        }
    }

    private mutating func goOn(_ delta: JSONValue, _ index: Int64, _ step: inout AnswerStep) {
        if let text = JSONText(delta.member("text")) {
            if !text.isEmpty { step.add(.text(text)) }
        } else if let text = JSONText(delta.present("toolUse")?.member("input")) {
            if let number = calls[index], !text.isEmpty { step.add(.arguments(number, text)) }
        } else if let reasoning = delta.present("reasoningContent") {
            // Said even where it is empty: each thought has a signature of its own.
            if thought != index, reasoning.member("redactedContent") == nil { step.add(.reasoning(.utf8([]))) }
            thought = index
            add(reasoning: reasoning, &step)
            if let data = JSONText(reasoning.member("redactedContent")) { step.add(.hiddenReasoning(data)) }
        } else if let citation = delta.present("citation") {
            step.add(.citation(Citation(bedrock: citation)))
        }
    }

    private func add(reasoning said: JSONValue, _ step: inout AnswerStep) {
        if let text = JSONText(said.member("text")), !text.isEmpty { step.add(.reasoning(text)) }
        if let signature = JSONText(said.member("signature")), !signature.isEmpty { step.add(.signature(signature)) }
    }

    /// False for a call of a tool that the provider runs itself: it means nothing elsewhere.
    @discardableResult
    private mutating func begin(_ call: JSONValue, _ index: Int64, _ step: inout AnswerStep) -> Bool {
        if call.member("type")?.isString("server_tool_use") == true {
            calls[index] = nil
            return false
        }
        calls[index] = callCount
        let head = CallHead(id: JSONText(call.member("toolUseId")), name: JSONText(call.member("name")) ?? .utf8([]))
        step.add(.toolCall(callCount, head))
        callCount += 1
        return true
    }

    private func finish(_ root: JSONValue, _ step: inout AnswerStep) {
        guard let word = root.present("stopReason")?.string else { return }
        step.finishes.append(AnswerStep.Finish(FinishReason(bedrock: word)))
    }

    // MARK: Payloads

    private enum EventType {
        case contentBlockDelta, contentBlockStart, messageStop, metadata
        case exception(String)
        case error
        /// The beginning, the ends of blocks, and what is not known yet.
        case other

        /// Most are pieces of what is said: that is looked for first, without making a string of it.
        init(_ name: [UInt8]) {
            if name.elementsEqual("contentBlockDelta".utf8) {
                self = .contentBlockDelta
                return
            }
            switch String(decoding: name, as: UTF8.self) {
            case "contentBlockStart": self = .contentBlockStart
            case "messageStop": self = .messageStop
            case "metadata": self = .metadata
            case ProviderStreamParser.errorName: self = .error
            case let name where name.hasPrefix(ProviderStreamParser.exceptionPrefix):
                self = .exception(String(name.dropFirst(ProviderStreamParser.exceptionPrefix.count)))
            case _: self = .other
            }
        }
    }

    private static func object(_ data: [UInt8]) throws(JSONFault) -> JSONValue {
        let root = try JSONDocument(data).root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        return root
    }

    private static func index(_ root: JSONValue) -> Int64 { root.member("contentBlockIndex")?.int ?? 0 }

    /// An exception says of itself what it is in its name only.
    private static func error(_ data: [UInt8], _ type: String) throws(JSONFault) -> JSONValue {
        let payload = data.isEmpty ? nil : try object(data)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", type)
        if let text = JSONText(payload?.present("message") ?? payload?.present("originalMessage")) {
            writer.member("message", text)
        }
        writer.endObject()
        return try object(writer.bytes)
    }
}

extension FinishReason {
    init(bedrock word: String) {
        self =
            switch word {
            case "end_turn": .stop
            case "stop_sequence": .stopSequence(nil)
            case "max_tokens", "model_context_window_exceeded": .length
            case "tool_use": .toolCalls
            case "guardrail_intervened", "content_filtered": .contentFilter
            case "malformed_model_output", "malformed_tool_use": .failed(word)
            case _: .other(word)
            }
    }
}

extension Citation {
    /// Of a page of the web, or of a place in a document of the request's, which has no URL.
    fileprivate init(bedrock citation: JSONValue) {
        let page = citation.present("location")?.present("web")?.present("url")
        self.init(
            url: JSONText(page ?? citation.present("source")), title: JSONText(citation.present("title")),
            quote: JSONText(citation.present("sourceContent")?.elements().first?.member("text")))
    }
}
