extension Outgoing {
    /// Whether Claude's providers take it: texts of white space alone are refused, and so are thoughts without a signature
    /// that holds at the target.
    func isSaid(_ part: Turn.Part, to target: WireProtocol) -> Bool {
        switch part {
        case .text(let text), .refusal(let text): !text.isBlank
        case .reasoning(_, let signature): signature.flatMap { open($0, for: target) } != nil
        case .hiddenReasoning(let data): open(data, for: target) != nil
        case .media, .call, .result, .native: true
        }
    }

    /// What a client sent back of a thought, where it is of the protocol that it is to go to.
    func open(_ sealed: JSONText, for target: WireProtocol) -> JSONText? {
        ReasoningSeal.open(sealed, spokenIn: spoken, for: target)
    }
}
