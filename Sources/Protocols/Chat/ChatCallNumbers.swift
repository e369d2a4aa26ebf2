import JSON

/// Numbers the tool calls of a chat stream densely: OpenAI sends id, type and name with a call's first piece, its
/// arguments in fragments, and tells calls apart by `index`. A piece without one (Mistral) is a call of its own if it
/// has an id, else goes on with the last; some begin at 1 (Anthropic's compatible endpoint).
struct ChatCallNumbers: Sendable {
    private struct Call {
        /// As the provider gave them; nil where it gave none.
        var index: Int64?
        var id: [UInt8]?
    }

    /// Calls of each choice, in the order in which they began.
    private var given: [Int64: [Call]] = [:]

    mutating func add(_ piece: JSONValue, of choice: Int64, to step: inout AnswerStep) {
        let index = piece.member("index")?.int
        // An empty one is none.
        let id = JSONText(piece.member("id")).flatMap { $0.isEmpty ? nil : $0 }
        let custom = piece.present("custom")
        let function = custom ?? piece.present("function")
        // Mistral goes on with an empty one.
        let name = JSONText(function?.member("name")) ?? .utf8([])
        let (number, begins) = number(of: choice, index, id, isNamed: !name.isEmpty)
        if begins { step.add(.toolCall(number, CallHead(id: id, name: name, isCustom: custom != nil)), choice) }
        if let arguments = function?.present(custom == nil ? "arguments" : "input") {
            step.add(arguments: arguments, number, choice)
        }
    }

    /// The one call of a choice, as it was before there were tools: without an id.
    mutating func add(function: JSONValue, of choice: Int64, to step: inout AnswerStep) {
        let (number, begins) = number(of: choice, 0, nil, isNamed: true)
        let name = JSONText(function.member("name")) ?? .utf8([])
        if begins { step.add(.toolCall(number, CallHead(id: nil, name: name)), choice) }
        if let arguments = function.present("arguments") { step.add(arguments: arguments, number, choice) }
    }

    private mutating func number(
        of choice: Int64, _ index: Int64?, _ id: JSONText?, isNamed: Bool
    ) -> (Int, begins: Bool) {
        let known = given[choice] ?? []
        var place = known.lastIndex { $0.index == index }
        if index == nil { place = id != nil || isNamed ? nil : known.indices.last }
        // Some number all of their calls 0.
        if let found = place, isNamed, let id = id?.utf8, let before = known[found].id, id != before { place = nil }
        if let place { return (place, false) }
        given[choice, default: []].append(Call(index: index, id: id?.utf8))
        return (known.count, true)
    }
}

extension AnswerStep {
    mutating func add(_ content: AnswerPiece.Content, _ choice: Int64 = 0) {
        pieces.append(AnswerPiece(choice: choice, content))
    }

    /// Text in fragments; some send a whole object.
    fileprivate mutating func add(arguments: JSONValue, _ number: Int, _ choice: Int64) {
        let text = JSONText(arguments) ?? .utf8(Array(arguments.raw))
        if !text.isEmpty { add(.arguments(number, text), choice) }
    }
}
