import JSON

/// Numbers the tool calls of a chat stream densely: OpenAI sends id, type and name with a call's first piece, its
/// arguments in fragments, and tells calls apart by `index`. A piece without one (Mistral) is a call of its own if it
/// has an id, else goes on with the last; some begin at 1 (Anthropic's compatible endpoint).
struct ChatCallNumbers: Sendable {
    /// The indexes that the provider gave, nil where it gave none, in the order in which its calls began.
    private var given: [Int64: [Int64?]] = [:]

    mutating func add(_ piece: JSONValue, of choice: Int64, to step: inout AnswerStep) {
        let index = piece.member("index")?.int
        let id = JSONText(piece.member("id"))
        let custom = piece.present("custom")
        let function = custom ?? piece.present("function")
        // Mistral goes on with an empty one.
        let name = JSONText(function?.member("name")) ?? .utf8([])
        let (number, begins) = number(of: choice, index, isNew: id != nil || !name.isEmpty)
        if begins { step.add(.toolCall(number, CallHead(id: id, name: name, isCustom: custom != nil)), choice) }
        if let arguments = function?.present(custom == nil ? "arguments" : "input") {
            step.add(arguments: arguments, number, choice)
        }
    }

    /// The one call of a choice, as it was before there were tools: without an id.
    mutating func add(function: JSONValue, of choice: Int64, to step: inout AnswerStep) {
        let (number, begins) = number(of: choice, 0, isNew: true)
        let name = JSONText(function.member("name")) ?? .utf8([])
        if begins { step.add(.toolCall(number, CallHead(id: nil, name: name)), choice) }
        if let arguments = function.present("arguments") { step.add(arguments: arguments, number, choice) }
    }

    private mutating func number(of choice: Int64, _ index: Int64?, isNew: Bool) -> (Int, begins: Bool) {
        let known = given[choice] ?? []
        let place = index == nil ? (isNew ? nil : known.indices.last) : known.lastIndex { $0 == index }
        if let place { return (place, false) }
        given[choice, default: []].append(index)
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
