import JSON

/// What one choice of an answer said, put together from its pieces: in the order in which it was said, neighbours of a
/// kind joined. Texts are UTF-8.
package struct AssembledAnswer: Sendable, Equatable {
    package enum Item: Sendable, Equatable {
        case text([UInt8], [Citation])
        case refusal([UInt8])
        case reasoning([UInt8], signature: JSONText?)
        case hiddenReasoning(JSONText)
        case call(Call)

        /// Of its text, for the room that it takes.
        var byteCount: Int {
            switch self {
            case .text(let text, _), .refusal(let text), .reasoning(let text, _): text.count
            case .hiddenReasoning(let data): data.byteCount
            case .call(let call): call.arguments.count + 128
            }
        }
    }

    package struct Call: Sendable, Equatable {
        package var head: CallHead
        package var arguments: [UInt8]
        /// What the provider wants back with it.
        package var signature: JSONText?

        /// One JSON object; empty arguments mean one without members.
        package var argumentsJSON: [UInt8] { arguments.isEmpty ? Array("{}".utf8) : arguments }
    }

    package let number: Int64
    package private(set) var items: [Item] = []
    package private(set) var finishReason: FinishReason?
    /// Places of the calls among the items, by their numbers.
    private var calls: [Int] = []
    /// A signature that belongs to what comes next.
    private var waiting: JSONText?

    package init(number: Int64 = 0) { self.number = number }

    /// Nil where no text was said, as distinct from an empty one.
    package var text: [UInt8]? {
        let texts = items.compactMap { if case .text(let text, _) = $0 { text } else { nil } }
        return texts.isEmpty ? nil : Array(texts.joined())
    }

    package var refusal: [UInt8]? {
        items.lazy.compactMap { if case .refusal(let text) = $0, !text.isEmpty { text } else { nil } }.first
    }

    package var toolCalls: [Call] { items.compactMap { if case .call(let call) = $0 { call } else { nil } } }

    /// Nil where no thought was put in words.
    package var reasoning: [UInt8]? {
        let texts = items.compactMap { if case .reasoning(let text, _) = $0, !text.isEmpty { text } else { nil } }
        return texts.isEmpty ? nil : Array(texts.joined())
    }

    /// In the order of the texts that they are about.
    package var citations: [Citation] {
        items.flatMap { item -> [Citation] in if case .text(_, let citations) = item { citations } else { [] } }
    }

    package mutating func finish(_ reason: FinishReason) { finishReason = reason }

    package mutating func add(_ content: AnswerPiece.Content) {
        switch content {
        case .text(let text): addText(text.utf8)
        case .refusal(let text):
            guard case .refusal(var said)? = items.last else { return items.append(.refusal(text.utf8)) }
            items.removeLast()
            said += text.utf8
            items.append(.refusal(said))
        case .reasoning(let text):
            guard case .reasoning(var said, nil)? = items.last else {
                return items.append(.reasoning(text.utf8, signature: nil))
            }
            items.removeLast()
            said += text.utf8
            items.append(.reasoning(said, signature: nil))
        case .signature(let signature):
            addSignature(signature)
        case .hiddenReasoning(let data): items.append(.hiddenReasoning(data))
        case .toolCall(let number, let head):
            // A number beyond the next one would leave a gap.
            guard number == calls.count else { return }
            calls.append(items.endIndex)
            items.append(.call(Call(head: head, arguments: [], signature: waiting)))
            waiting = nil
        case .arguments(let number, let text):
            guard calls.indices.contains(number), case .call(var call) = items[calls[number]] else { return }
            // Taken out while it grows: a copy for each piece would make long arguments quadratic.
            items[calls[number]] = .text([], [])
            call.arguments += text.utf8
            items[calls[number]] = .call(call)
        case .citation(let citation):
            guard case .text(let said, var citations)? = items.last else { return }
            items.removeLast()
            citations.append(citation)
            items.append(.text(said, citations))
        }
    }

    /// It comes in pieces at times.
    private mutating func addSignature(_ more: JSONText) {
        switch items.last {
        case .reasoning(let said, .utf8(var signature)?)?:
            items.removeLast()
            signature += more.utf8
            items.append(.reasoning(said, signature: .utf8(signature)))
        case .reasoning(let said, let signature)?:
            items.removeLast()
            items.append(.reasoning(said, signature: signature.map { .utf8($0.utf8 + more.utf8) } ?? more))
        case .text?, .refusal?, .hiddenReasoning?, .call?, nil: waiting = more
        }
    }

    private mutating func addText(_ more: [UInt8]) {
        guard case .text(var said, let citations)? = items.last else { return items.append(.text(more, [])) }
        // As with arguments.
        items.removeLast()
        said += more
        items.append(.text(said, citations))
    }
}

/// Puts an answer's choices together from its steps.
package struct AnswerAssembly: Sendable {
    package private(set) var choices: [AssembledAnswer] = []
    /// Of all that was said so far.
    package private(set) var byteCount = 0

    /// More than any request asks for.
    private static let maximumChoices = 128

    package init() {}

    /// What is said of choice 0; empty where nothing is.
    package var first: AssembledAnswer { choices.first { $0.number == 0 } ?? AssembledAnswer() }

    package mutating func add(_ step: AnswerStep) {
        for piece in step.pieces {
            guard let place = place(of: piece.choice) else { continue }
            choices[place].add(piece.content)
            byteCount += piece.byteCount + piece.opaqueByteCount
        }
        for finish in step.finishes {
            guard let place = place(of: finish.choice) else { continue }
            choices[place].finish(finish.reason)
        }
    }

    private mutating func place(of number: Int64) -> Int? {
        if let known = choices.firstIndex(where: { $0.number == number }) { return known }
        guard choices.count < Self.maximumChoices else { return nil }
        choices.append(AssembledAnswer(number: number))
        return choices.endIndex - 1
    }
}
