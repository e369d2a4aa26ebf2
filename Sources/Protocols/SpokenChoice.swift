import JSON

/// What one choice of an answer said, once it is whole: what an output schema is held against.
package struct SpokenChoice: Sendable {
    package var number: Int64
    /// UTF-8; nil where there is no content.
    package var text: [UInt8]?
    package var finishReason: String?
    package var callsTools = false
    package var refuses = false

    package init(number: Int64) { self.number = number }

    /// - Parameter name: of what a choice says: `message` in a whole answer, `delta` in a chunk. Not all that finish
    ///   have one.
    fileprivate mutating func add(_ choice: JSONValue, _ name: String) {
        // Some say an empty reason where others say null.
        if let reason = choice.present("finish_reason")?.string, !reason.isEmpty { finishReason = reason }
        guard let said = choice.present(name) else { return }
        if let more = ChoiceOutput.text(said) {
            if text == nil { text = more } else { text? += more }
        }
        if said.present("tool_calls")?.elements().isEmpty == false || said.present("function_call") != nil {
            callsTools = true
        }
        if let refusal = said.present("refusal"), refusal.decodedByteCount > 0 { refuses = true }
    }
}

extension ChatResponse {
    /// Its choices, all of them.
    package var choices: [SpokenChoice] {
        (root.member("choices")?.elements() ?? []).enumerated().map { position, choice in
            var spoken = SpokenChoice(number: choice.member("index")?.int ?? Int64(position))
            spoken.add(choice, "message")
            return spoken
        }
    }
}

/// Puts a stream's choices together from its chunks.
package struct ChoiceAssembly: Sendable {
    package private(set) var choices: [SpokenChoice] = []
    /// Of all texts so far.
    package private(set) var byteCount = 0

    package init() {}

    /// More than any request asks for.
    private static let maximumChoices = 128

    package mutating func add(_ event: ChatStreamEvent) {
        for choice in event.root?.member("choices")?.elements() ?? [] {
            let number = choice.member("index")?.int ?? 0
            let place = choices.firstIndex { $0.number == number } ?? choices.endIndex
            guard place < Self.maximumChoices else { continue }
            if place == choices.endIndex { choices.append(SpokenChoice(number: number)) }
            let before = choices[place].text?.count ?? 0
            choices[place].add(choice, "delta")
            byteCount += (choices[place].text?.count ?? 0) - before
        }
    }
}
