import Domain
import JSON

/// Reads the answers of OpenAI-compatible endpoints.
package struct ChatAnswerReader: AnswerReader {
    package let dialect: ProviderDialect
    package private(set) var tally = AnswerTally()
    /// Numbers of the choices whose role was said.
    private var roles: Set<Int64> = []
    private var calls = ChatCallNumbers()

    package init(dialect: ProviderDialect) { self.dialect = dialect }

    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        if event.data.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) { return step }
        if Self.saysDone(event.data) {
            step.isDone = true
        } else {
            let value = try JSONDocument(event.data).root
            // Gemini may wrap an error in an array of one.
            let root = value.elements().first ?? value
            guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
            note(root, saidIn: "delta", &step)
            if step.error == nil, event.name.elementsEqual("error".utf8) { step.error = root }
        }
        tally.note(step)
        return step
    }

    /// Blank lines before the JSON are fine (DeepSeek sends them to keep the connection alive).
    package mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        let root = try JSONDocument(body).root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        note(root, saidIn: "message", &step)
        tally.note(step)
        return step
    }

    /// - Parameter member: of a choice, that has what it says: `message` in a whole answer, `delta` in a chunk.
    private mutating func note(_ root: JSONValue, saidIn member: String, _ step: inout AnswerStep) {
        if tally.id == nil { step.id = root.member("id")?.string }
        if tally.model == nil { step.model = root.member("model")?.string }
        step.error = root.present("error") ?? root.present("x_groq")?.present("error")
        step.usage = ChatUsage.read(root, dialect: dialect)
        // Absent, null and empty all occur (vLLM, Azure's first chunk, the usage chunk).
        let choices = root.member("choices")?.elements() ?? []
        step.isAnswer = !choices.isEmpty
        step.isUsageOnly = choices.isEmpty && root.present("usage") != nil && step.error == nil
        var amendment = ChatAmendment(saidIn: member)
        for (position, choice) in choices.enumerated() {
            let isChunk = member == "delta"
            let number = choice.member("index")?.int ?? (isChunk ? 0 : Int64(position))
            if let said = choice.present(member) {
                add(said, of: number, &step)
                if isChunk, let role = said.member("role"), role.decodedByteCount > 0, !roles.insert(number).inserted {
                    amendment.repeatedRoles.insert(position)
                }
                if said.member("content")?.kind == .array { amendment.partedContents.insert(position) }
            }
            // Some say an empty reason where others say null.
            if let reason = choice.present("finish_reason")?.string, !reason.isEmpty {
                step.finishes.append(AnswerStep.Finish(choice: number, FinishReason(chat: reason)))
            }
        }
        if !amendment.isEmpty { step.amended = amendment.applied(to: root) }
    }

    private mutating func add(_ said: JSONValue, of choice: Int64, _ step: inout AnswerStep) {
        guard let members = try? said.members() else { return }
        var thoughts: [AnswerPiece.Content] = []
        for member in members where !member.value.isNull {
            switch member.name {
            // Some providers send the same reasoning under both names.
            case "reasoning_content", "reasoning":
                guard let text = JSONText(member.value), !text.isEmpty else { continue }
                if case .reasoning? = thoughts.first { continue }
                thoughts.insert(.reasoning(text), at: 0)
            case "content": step.add(contentOf: member.value, choice)
            case "refusal":
                if let text = JSONText(member.value), !text.isEmpty {
                    step.pieces.append(AnswerPiece(choice: choice, .refusal(text)))
                }
            case "tool_calls":
                for call in member.value.elements() { calls.add(call, of: choice, to: &step) }
            // As it was before there were tools.
            case "function_call": calls.add(function: member.value, of: choice, to: &step)
            case "reasoning_details": thoughts += Self.opaque(member.value)
            case "annotations": step.add(annotations: member.value, choice)
            case "audio": step.spokenByteCount += member.value.member("transcript")?.decodedByteCount ?? 0
            case "images": step.imageCount += member.value.elements().count
            case _: continue
            }
        }
        guard !thoughts.isEmpty else { return }
        // They come before what they lead to.
        let place = step.pieces.firstIndex { $0.choice == choice } ?? step.pieces.endIndex
        step.pieces.insert(contentsOf: thoughts.map { AnswerPiece(choice: choice, $0) }, at: place)
    }

    /// Of OpenRouter's `reasoning_details` what `reasoning` does not say: signatures, and what is not in words.
    private static func opaque(_ details: JSONValue) -> [AnswerPiece.Content] {
        details.elements().compactMap { detail in
            JSONText(detail.member("data")).map { .hiddenReasoning($0) }
                ?? JSONText(detail.member("signature")).map { .signature($0) }
        }
    }

    private static func saysDone(_ data: [UInt8]) -> Bool {
        data.starts(with: "[DONE]".utf8) && data.dropFirst(6).allSatisfy { $0 == UInt8(ascii: " ") }
    }
}

extension FinishReason {
    /// The finish reasons of OpenAI-compatible providers.
    init(chat word: String) {
        switch word {
        case "stop": self = .stop
        // Mistral has a second word for it.
        case "length", "model_length": self = .length
        case "tool_calls", "function_call": self = .toolCalls
        case "content_filter": self = .contentFilter
        // Mistral and OpenRouter; DeepSeek.
        case "error", "insufficient_system_resource": self = .failed(word)
        case _: self = .other(word)
        }
    }
}

extension AnswerStep {
    /// A string, or parts (Mistral) of text and of thoughts, which are in parts once more.
    mutating func add(contentOf content: JSONValue, _ choice: Int64) {
        if let text = JSONText(content) {
            pieces.append(AnswerPiece(choice: choice, .text(text)))
            return
        }
        for part in content.elements() {
            if let thinking = part.member("thinking") {
                for text in [JSONText(thinking)] + thinking.elements().map({ JSONText($0.member("text")) }) {
                    if let text { pieces.append(AnswerPiece(choice: choice, .reasoning(text))) }
                }
            } else if let text = JSONText(part.member("text")) {
                pieces.append(AnswerPiece(choice: choice, .text(text)))
            }
        }
    }

    fileprivate mutating func add(annotations: JSONValue, _ choice: Int64) {
        for annotation in annotations.elements() {
            guard let cited = annotation.present("url_citation") else { continue }
            let start = cited.member("start_index")?.int
            let end = cited.member("end_index")?.int
            let range = start.flatMap { start in end.flatMap { start >= 0 && start <= $0 ? start..<$0 : nil } }
            let citation = Citation(
                url: JSONText(cited.member("url")), title: JSONText(cited.member("title")),
                quote: JSONText(cited.member("content")), range: range)
            pieces.append(AnswerPiece(choice: choice, .citation(citation)))
        }
    }
}
