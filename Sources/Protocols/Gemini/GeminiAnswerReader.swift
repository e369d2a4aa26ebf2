import Domain
import JSON

/// Reads the answers of Google's `generateContent`, whole or streamed as server-sent events (`alt=sse`): each event is a
/// whole answer with what is new. A stream ends where its bytes do, so nothing here is ever the last event.
package struct GeminiAnswerReader: AnswerReader {
    package private(set) var tally = AnswerTally()
    /// How many calls each candidate made so far.
    private var calls: [Int64: Int] = [:]
    /// How many sources were named so far: some events name those of earlier ones again.
    private var sources = 0
    private var citations = 0
    /// The most searches that an event named; nil where none did.
    private var searches: Int64?
    /// Whether an answer rests on Google Maps, which is billed once for a prompt.
    private var isMapped = false
    private var isGrounded = false
    private var isOver = false
    private var saidText = false

    package init() {}

    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep {
        if event.data.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) { return AnswerStep() }
        let value = try JSONDocument(event.data).root
        // An error in the midst of a stream may come in an array of one.
        return try read(value.elements().first ?? value)
    }

    package mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep {
        try read(JSONDocument(body).root)
    }

    private mutating func read(_ root: JSONValue) throws(JSONFault) -> AnswerStep {
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        var step = AnswerStep()
        if tally.id == nil { step.id = root.member("responseId")?.string }
        if tally.model == nil { step.model = root.member("modelVersion")?.string }
        step.error = root.present("error")
        let candidates = root.present("candidates")?.elements() ?? []
        for (position, candidate) in candidates.enumerated() {
            add(candidate, candidate.member("index")?.int ?? Int64(position), &step)
        }
        step.isAnswer = !candidates.isEmpty
        // A blocked prompt is answered by nobody.
        if candidates.isEmpty, let reason = root.present("promptFeedback")?.present("blockReason")?.string,
            reason != "BLOCKED_REASON_UNSPECIFIED"
        {
            step.isAnswer = true
            step.finishes.append(AnswerStep.Finish(.contentFilter))
        }
        isOver = isOver || !step.finishes.isEmpty
        step.usage = GeminiUsage.read(root, toolCalls: toolCalls, saidText: saidText)
        tally.note(step)
        return step
    }

    /// Calls of Google's own tools that it bills; nil where there is no telling. An answer that is over and says nothing of
    /// what it rests on made none.
    private var toolCalls: Int64? {
        if searches != nil || isMapped { return (searches ?? 0) + (isMapped ? 1 : 0) }
        return isOver && !isGrounded ? 0 : nil
    }

    private mutating func add(_ candidate: JSONValue, _ number: Int64, _ step: inout AnswerStep) {
        for part in candidate.present("content")?.present("parts")?.elements() ?? [] { add(part: part, number, &step) }
        if let metadata = candidate.present("groundingMetadata") { addSources(metadata, number, &step) }
        let cited = candidate.present("citationMetadata")?.present("citations")?.elements() ?? []
        for citation in cited.dropFirst(citations) {
            step.add(
                .citation(Citation(url: JSONText(citation.member("uri")), title: JSONText(citation.member("title")))),
                number)
        }
        citations = max(citations, cited.count)
        guard let word = candidate.present("finishReason")?.string,
            let reason = FinishReason(gemini: word, called: calls[number] != nil)
        else { return }
        step.finishes.append(AnswerStep.Finish(choice: number, reason))
    }

    private mutating func add(part: JSONValue, _ number: Int64, _ step: inout AnswerStep) {
        let signature = JSONText(part.member("thoughtSignature"))
        if let text = JSONText(part.member("text")) {
            if part.member("thought")?.bool == true {
                if !text.isEmpty { step.add(.reasoning(text), number) }
                if let signature { step.add(.signature(signature), number) }
                return
            }
            if let signature { step.add(.signature(signature), number) }
            // A stream may end with a signature on no text at all.
            if signature == nil || !text.isEmpty { step.add(.text(text), number) }
            saidText = saidText || !text.isEmpty
        } else if let call = part.present("functionCall") {
            if let signature { step.add(.signature(signature), number) }
            add(call: call, number, &step)
        } else if let type = part.present("inlineData")?.member("mimeType")?.string {
            if type.hasPrefix("image/") { step.imageCount += 1 }
            saidText = true
        } else if let signature {
            step.add(.signature(signature), number)
        }
    }

    /// A call comes whole. Vertex can be asked to stream arguments, by a client that understands them; they have no
    /// name after the first event.
    private mutating func add(call: JSONValue, _ number: Int64, _ step: inout AnswerStep) {
        guard let name = JSONText(call.present("name")) else { return }
        let place = calls[number, default: 0]
        calls[number] = place + 1
        step.add(.toolCall(place, CallHead(id: JSONText(call.present("id")), name: name)), number)
        step.add(.arguments(place, .utf8(Array(call.present("args")?.raw ?? Array("{}".utf8)[...]))), number)
        saidText = true
    }

    private mutating func addSources(_ metadata: JSONValue, _ number: Int64, _ step: inout AnswerStep) {
        let chunks = metadata.present("groundingChunks")?.elements() ?? []
        isGrounded = isGrounded || (try? metadata.members().isEmpty) != true
        isMapped = isMapped || chunks.contains { $0.present("maps") != nil }
        for chunk in chunks.dropFirst(sources) {
            guard let web = chunk.present("web") ?? chunk.present("retrievedContext") ?? chunk.present("maps") else {
                continue
            }
            step.add(
                .citation(Citation(url: JSONText(web.member("uri")), title: JSONText(web.member("title")))), number)
        }
        sources = max(sources, chunks.count)
        let queries = metadata.present("webSearchQueries")?.elements().count { $0.range.count > 2 } ?? 0
        guard queries > 0 else { return }
        // Up to the second generation a grounded prompt is billed once, however often it searches.
        let isBilledOnce = GeminiModel(tally.model ?? step.model ?? "").generation.map { $0 < 3 } ?? false
        searches = max(searches ?? 0, isBilledOnce ? 1 : Int64(queries))
    }
}

extension FinishReason {
    /// Nil of the word that says nothing.
    /// - Parameter called: whether the candidate made a call, for which there is no word of its own.
    init?(gemini word: String, called: Bool) {
        switch word {
        case "FINISH_REASON_UNSPECIFIED": return nil
        case "STOP": self = called ? .toolCalls : .stop
        case "MAX_TOKENS": self = .length
        case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR",
            "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER":
            self = .contentFilter
        case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
            "MALFORMED_RESPONSE", "NO_IMAGE", "OTHER":
            self = .failed(word)
        case _: self = .other(word)
        }
    }

    /// As Gemini has it: calls have no reason of their own, and a word of another provider's is none of Google's.
    var geminiName: String {
        switch self {
        case .stop, .stopSequence, .paused, .toolCalls: "STOP"
        case .length: "MAX_TOKENS"
        case .contentFilter, .refusal: "SAFETY"
        case .failed(let word), .other(let word): FinishReason.isGemini(word) ? word : "OTHER"
        }
    }

    private static func isGemini(_ word: String) -> Bool {
        if case .failed? = FinishReason(gemini: word, called: false) { true } else { false }
    }
}
