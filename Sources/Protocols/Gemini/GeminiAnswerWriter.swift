import Domain
import JSON

/// Writes answers of other protocols as Gemini's, streams as server-sent events (`alt=sse`; the JSON array that Google
/// sends without it is not written).
///
/// Google's calls come whole, so a call waits until something else is said, or the end. Every event has a candidate with
/// a part: its SDK takes a chat's turn as invalid otherwise.
package struct GeminiAnswerWriter: AnswerWriter {
    private let opening: AnswerOpening
    private var id: String
    private var model: String
    private var isBegun = false
    /// Calls that are not written yet, and how many are.
    private var calls: [AssembledAnswer.Call] = []
    private var writtenCalls = 0
    private var saidRefusal = false
    /// What goes with the next part.
    private var signature: JSONText?
    private var citations: [Citation] = []

    package init(_ opening: AnswerOpening) {
        self.opening = opening
        id = opening.id
        model = opening.model
    }

    package mutating func write(_ step: AnswerStep) throws(RelayFault) -> [UInt8] {
        if !isBegun {
            if let named = step.id, !named.isEmpty { id = named }
            if let named = step.model, !named.isEmpty { model = named }
        }
        var chunk = GeminiChunk()
        for piece in step.pieces { try add(piece.content, to: &chunk) }
        guard chunk.hasParts else { return [] }
        isBegun = true
        return ServerSentEvent.frame(json: chunk.end(id: id, model: model) { _ in })
    }

    private mutating func add(_ content: AnswerPiece.Content, to chunk: inout GeminiChunk) throws(RelayFault) {
        switch content {
        case .text(let text), .refusal(let text):
            guard !text.isEmpty else { return }
            if case .refusal = content { saidRefusal = true }
            addCalls(to: &chunk)
            chunk.part(text, signature: take())
        case .reasoning(let text):
            guard !text.isEmpty else { return }
            addCalls(to: &chunk)
            chunk.thought(text)
        case .signature(let opaque):
            // Of another provider it belongs to the thoughts before it, and stays there.
            if opening.origin == .gemini {
                signature = opaque
            } else {
                addCalls(to: &chunk)
                chunk.thought(.utf8([]), signature: GeminiSeal.seal(opaque, of: opening.origin))
            }
        case .hiddenReasoning(let data):
            addCalls(to: &chunk)
            chunk.thought(.utf8([]), signature: GeminiSeal.seal(data, of: opening.origin, isHidden: true))
        case .toolCall(_, let head): calls.append(AssembledAnswer.Call(head: head, arguments: [], signature: take()))
        case .arguments(let number, let text):
            guard calls.indices.contains(number - writtenCalls) else { throw .interleavedCalls }
            calls[number - writtenCalls].arguments += text.utf8
        case .citation(let citation): citations.append(citation)
        }
    }

    private mutating func take() -> JSONText? {
        defer { signature = nil }
        return signature
    }

    private mutating func addCalls(to chunk: inout GeminiChunk) {
        for call in calls {
            chunk.call(call, id: opening.callID(call.head, writtenCalls))
            writtenCalls += 1
        }
        calls = []
    }

    package mutating func end(_ ending: AnswerEnding) -> [UInt8] {
        if !isBegun {
            id = ending.id
            model = ending.model
        }
        var chunk = GeminiChunk()
        addCalls(to: &chunk)
        if !chunk.hasParts { chunk.part(.utf8([]), signature: take()) }
        let json = chunk.end(id: id, model: model, finish: ending.reason(refused: saidRefusal), citations: citations) {
            writer in
            writer.key("usageMetadata")
            writer.geminiUsage(ending.usage, cost: ending.cost)
            if let verdict = ending.verdict {
                writer.key("tollgate")
                writer.raw(verdict.encode())
            }
        }
        return ServerSentEvent.frame(json: json)
    }

    package static func whole(_ answer: AssembledAnswer, _ ending: AnswerEnding) -> [UInt8] {
        let opening = ending.opening
        var chunk = GeminiChunk(capacity: answer.items.reduce(512) { $0 + $1.byteCount })
        var signature: JSONText?
        var callCount = 0
        for item in answer.items {
            switch item {
            case .text(let text, _):
                chunk.part(.utf8(text), signature: signature)
                signature = nil
            case .refusal(let text): chunk.part(.utf8(text), signature: nil)
            case .reasoning(let text, let opaque):
                if opening.origin == .gemini {
                    signature = opaque ?? signature
                    if !text.isEmpty { chunk.thought(.utf8(text)) }
                } else {
                    chunk.thought(.utf8(text), signature: opaque.map { GeminiSeal.seal($0, of: opening.origin) })
                }
            case .hiddenReasoning(let data):
                chunk.thought(.utf8([]), signature: GeminiSeal.seal(data, of: opening.origin, isHidden: true))
            case .call(var call):
                call.signature = (call.signature ?? signature).map { GeminiSeal.seal($0, of: opening.origin) }
                signature = nil
                chunk.call(call, id: opening.callID(call.head, callCount))
                callCount += 1
            }
        }
        if !chunk.hasParts || signature != nil { chunk.part(.utf8([]), signature: signature) }
        return chunk.end(
            id: ending.id, model: ending.model, finish: ending.reason(refused: answer.refusal != nil),
            citations: answer.citations
        ) { writer in
            writer.key("usageMetadata")
            writer.geminiUsage(ending.usage, cost: ending.cost)
        }
    }
}

/// One `GenerateContentResponse` with one candidate, written as its parts come.
private struct GeminiChunk {
    private var writer: JSONWriter
    private(set) var hasParts = false

    init(capacity: Int = 256) { writer = JSONWriter(capacity: capacity) }

    private mutating func begin() {
        if !hasParts {
            hasParts = true
            writer.beginObject()
            writer.key("candidates")
            writer.beginArray()
            writer.beginObject()
            writer.key("content")
            writer.beginObject()
            writer.key("parts")
            writer.beginArray()
        }
        writer.beginObject()
    }

    mutating func part(_ text: JSONText, signature: JSONText?) {
        begin()
        writer.member("text", text)
        if let signature { writer.member("thoughtSignature", signature) }
        writer.endObject()
    }

    mutating func thought(_ text: JSONText, signature: JSONText? = nil) {
        begin()
        writer.member("text", text)
        writer.key("thought")
        writer.bool(true)
        if let signature { writer.member("thoughtSignature", signature) }
        writer.endObject()
    }

    mutating func call(_ call: AssembledAnswer.Call, id: JSONText) {
        begin()
        writer.key("functionCall")
        writer.beginObject()
        writer.member("id", id)
        writer.member("name", call.head.name)
        writer.key("args")
        if !call.head.isCustom, let arguments = try? JSONDocument(call.argumentsJSON).root, arguments.kind == .object {
            writer.value(arguments)
        } else {
            // Text of any kind, or what was cut short: Google's are an object.
            writer.beginObject()
            writer.key("input")
            writer.string(utf8: call.arguments)
            writer.endObject()
        }
        writer.endObject()
        if let signature = call.signature { writer.member("thoughtSignature", signature) }
        writer.endObject()
    }

    mutating func end(
        id: String, model: String, finish: FinishReason? = nil, citations: [Citation] = [],
        _ rest: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        writer.endArray()
        writer.member("role", "model")
        writer.endObject()
        if let finish { writer.member("finishReason", finish.geminiName) }
        writer.key("index")
        writer.int(0)
        if !citations.isEmpty { writer.grounding(citations) }
        writer.endObject()
        writer.endArray()
        rest(&writer)
        writer.member("modelVersion", model)
        writer.member("responseId", id)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func grounding(_ citations: [Citation]) {
        key("groundingMetadata")
        beginObject()
        key("groundingChunks")
        beginArray()
        for citation in citations {
            beginObject()
            key("web")
            beginObject()
            if let url = citation.url { member("uri", url) }
            if let title = citation.title { member("title", title) }
            endObject()
            endObject()
        }
        endArray()
        endObject()
    }
}
