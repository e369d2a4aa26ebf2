import Domain
import JSON

/// Writes answers of other protocols as OpenAI's chat completions.
package struct ChatAnswerWriter: AnswerWriter {
    private let opening: AnswerOpening
    private var id: String
    private var model: String
    private var saidRole = false
    /// Entries of `reasoning_details` so far: SDKs join those of a stream by their numbers.
    private var details = 0
    /// Citations so far, which SDKs join likewise.
    private var citations = 0
    /// The call that began last, where its arguments are still to come.
    private var silent: Int?

    package init(_ opening: AnswerOpening) {
        self.opening = opening
        id = opening.id
        model = opening.model
    }

    package mutating func write(_ step: AnswerStep) -> [UInt8] {
        if !saidRole {
            if let named = step.id, !named.isEmpty { id = named }
            if let named = step.model, !named.isEmpty { model = named }
        }
        var out: [UInt8] = []
        for piece in step.pieces { out += write(piece.content) }
        return out
    }

    package mutating func end(_ ending: AnswerEnding) -> [UInt8] {
        var out = beginning() + closeCall()
        let isMarkedThere = ending.includeUsage
        out += chunk { writer in
            writer.choices(finish: ending.finishReason.chatName) { _ in }
            if !isMarkedThere { writer.mark(ending.verdict) }
        }
        if ending.includeUsage {
            out += chunk { writer in
                writer.key("choices")
                writer.beginArray()
                writer.endArray()
                writer.key("usage")
                writer.chatUsage(ending.usage, cost: ending.cost)
                writer.mark(ending.verdict)
            }
        }
        return out + Array("data: [DONE]\n\n".utf8)
    }

    private mutating func write(_ content: AnswerPiece.Content) -> [UInt8] {
        switch content {
        case .text(let text): text.isEmpty ? [] : delta { $0.member("content", text) }
        case .refusal(let text): text.isEmpty ? [] : delta { $0.member("refusal", text) }
        case .reasoning(let text): text.isEmpty ? [] : delta { $0.member("reasoning_content", text) }
        case .signature(let signature): detail("reasoning.text", "signature", signature)
        case .hiddenReasoning(let data): detail("reasoning.encrypted", "data", data)
        case .toolCall(let number, let head):
            begin(number, head)
        case .arguments(let number, let text): goOn(number, text)
        case .citation(let citation): cite(citation)
        }
    }

    private mutating func begin(_ number: Int, _ head: CallHead) -> [UInt8] {
        let before = closeCall()
        // A custom tool takes text, which may be empty.
        silent = head.isCustom ? nil : number
        return before
            + delta { [opening] writer in writer.calls { $0.call(number, head, arguments: nil, opening) } }
    }

    private mutating func goOn(_ number: Int, _ text: JSONText) -> [UInt8] {
        if number == silent, !text.isEmpty { silent = nil }
        return delta { writer in writer.calls { $0.fragment(number, text) } }
    }

    /// Arguments of a call without any: clients read them as JSON, which an empty text is not.
    private mutating func closeCall() -> [UInt8] {
        guard let number = silent else { return [] }
        return goOn(number, JSONText("{}"))
    }

    private mutating func cite(_ citation: Citation) -> [UInt8] {
        defer { citations += 1 }
        return delta { [citations] writer in
            writer.key("annotations")
            writer.beginArray()
            writer.annotation(citation, index: citations)
            writer.endArray()
        }
    }

    private mutating func detail(_ type: String, _ name: String, _ opaque: JSONText) -> [UInt8] {
        defer { details += 1 }
        return delta { [opening, details] writer in
            writer.key("reasoning_details")
            writer.beginArray()
            writer.detail(type, name, ReasoningSeal.seal(opaque, of: opening.origin), details)
            writer.endArray()
        }
    }

    private mutating func delta(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        beginning() + chunk { $0.choices(finish: nil, write) }
    }

    /// The chunk that says the role, once.
    private mutating func beginning() -> [UInt8] {
        guard !saidRole else { return [] }
        saidRole = true
        return chunk { writer in
            writer.choices(finish: nil) { writer in
                writer.member("role", "assistant")
                writer.member("content", "")
            }
        }
    }

    private func chunk(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.head(id: id, object: "chat.completion.chunk", created: opening.created, model: model)
        write(&writer)
        writer.endObject()
        return ServerSentEvent.frame(json: writer.bytes)
    }

    package static func whole(_ answer: AssembledAnswer, _ ending: AnswerEnding) -> [UInt8] {
        let size = answer.items.reduce(512) { $0 + $1.byteCount }
        var writer = JSONWriter(capacity: size)
        writer.beginObject()
        writer.head(id: ending.id, object: "chat.completion", created: ending.created, model: ending.model)
        writer.key("choices")
        writer.beginArray()
        writer.beginObject()
        writer.key("index")
        writer.int(0)
        writer.key("message")
        writer.message(answer, ending.opening)
        writer.member("finish_reason", ending.finishReason.chatName)
        writer.key("logprobs")
        writer.null()
        writer.endObject()
        writer.endArray()
        writer.key("usage")
        writer.chatUsage(ending.usage, cost: ending.cost)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func head(id: String, object: String, created: Int64, model: String) {
        member("id", id)
        member("object", object)
        key("created")
        int(created)
        member("model", model)
    }

    /// The one choice of a chunk.
    fileprivate mutating func choices(finish: String?, _ delta: (inout JSONWriter) -> Void) {
        key("choices")
        beginArray()
        beginObject()
        key("index")
        int(0)
        key("delta")
        beginObject()
        delta(&self)
        endObject()
        key("finish_reason")
        optional(finish)
        key("logprobs")
        null()
        endObject()
        endArray()
    }

    /// What came of the output schema, in the last chunk that says anything.
    fileprivate mutating func mark(_ verdict: OutputVerdict?) {
        guard let verdict else { return }
        key("tollgate")
        raw(verdict.encode())
    }

    fileprivate mutating func calls(_ write: (inout JSONWriter) -> Void) {
        key("tool_calls")
        beginArray()
        write(&self)
        endArray()
    }

    fileprivate mutating func fragment(_ number: Int, _ text: JSONText) {
        beginObject()
        key("index")
        int(number)
        key("function")
        beginObject()
        member("arguments", text)
        endObject()
        endObject()
    }

    /// A call's beginning in a stream, or the whole of it.
    /// - Parameter arguments: nil in a stream, which goes on with them.
    fileprivate mutating func call(
        _ number: Int, _ head: CallHead, arguments: [UInt8]?, _ opening: AnswerOpening
    ) {
        beginObject()
        if arguments == nil {
            key("index")
            int(number)
        }
        member("id", opening.callID(head, number))
        chatFunction(head, arguments ?? [])
        endObject()
    }

    /// Type, name and arguments of a call, as members of the object at hand.
    mutating func chatFunction(_ head: CallHead, _ arguments: [UInt8]) {
        let kind = head.isCustom ? "custom" : "function"
        member("type", kind)
        key(kind)
        beginObject()
        member("name", head.name)
        key(head.isCustom ? "input" : "arguments")
        string(utf8: arguments)
        endObject()
    }

    fileprivate mutating func detail(_ type: String, _ name: String, _ opaque: JSONText, _ number: Int) {
        beginObject()
        member("type", type)
        member(name, opaque)
        key("index")
        int(number)
        endObject()
    }

    /// - Parameter index: its number in a stream.
    fileprivate mutating func annotation(_ citation: Citation, index: Int? = nil) {
        beginObject()
        if let index {
            key("index")
            int(index)
        }
        member("type", "url_citation")
        key("url_citation")
        beginObject()
        key("start_index")
        int(citation.range?.lowerBound ?? 0)
        key("end_index")
        int(citation.range?.upperBound ?? 0)
        member("url", citation.url ?? .utf8([]))
        member("title", citation.title ?? .utf8([]))
        endObject()
        endObject()
    }

    fileprivate mutating func message(_ answer: AssembledAnswer, _ opening: AnswerOpening) {
        beginObject()
        member("role", "assistant")
        key("content")
        if let text = answer.text { string(utf8: text) } else { null() }
        key("refusal")
        if let refusal = answer.refusal { string(utf8: refusal) } else { null() }
        if let reasoning = answer.reasoning {
            key("reasoning_content")
            string(utf8: reasoning)
        }
        details(answer, opening)
        let citations = answer.citations
        if !citations.isEmpty {
            key("annotations")
            beginArray()
            for citation in citations { annotation(citation) }
            endArray()
        }
        let calls = answer.toolCalls
        if !calls.isEmpty {
            key("tool_calls")
            beginArray()
            for (number, call) in calls.enumerated() {
                self.call(number, call.head, arguments: call.argumentsJSON, opening)
            }
            endArray()
        }
        endObject()
    }

    private mutating func details(_ answer: AssembledAnswer, _ opening: AnswerOpening) {
        var opaque: [(type: String, name: String, text: JSONText)] = []
        for item in answer.items {
            switch item {
            case .reasoning(_, let signature?): opaque.append(("reasoning.text", "signature", signature))
            case .hiddenReasoning(let data): opaque.append(("reasoning.encrypted", "data", data))
            case .call(let call):
                if let signature = call.signature { opaque.append(("reasoning.text", "signature", signature)) }
            case .text, .refusal, .reasoning: continue
            }
        }
        guard !opaque.isEmpty else { return }
        key("reasoning_details")
        beginArray()
        for (number, detail) in opaque.enumerated() {
            self.detail(detail.type, detail.name, ReasoningSeal.seal(detail.text, of: opening.origin), number)
        }
        endArray()
    }
}
