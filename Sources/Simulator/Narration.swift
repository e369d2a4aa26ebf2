/// An answer as a stream tells it, in turn.
enum Moment {
    case begin
    /// The block of that index.
    case open(Int)
    case token(block: Int, choice: Int, text: String)
    case close(Int)
    /// Why it ended, what it used, and whatever marks the end.
    case finish
}

/// Tells an answer moment by moment: each block's tokens one by one, of all choices in turn.
struct Narration {
    private enum Stage {
        case begin
        case open(Int)
        case token(block: Int, index: Int)
        case finish
        case end
    }

    private let answer: Answer
    private let saysReasoning: Bool
    private var stage = Stage.begin
    private(set) var tokensSent = 0
    private(set) var reasoningSent = 0

    init(_ answer: Answer, traits: Traits) {
        self.answer = answer
        saysReasoning = traits.saysReasoning
    }

    /// Nil after the last.
    mutating func next() -> Moment? {
        switch stage {
        case .begin:
            stage = answer.blocks.isEmpty ? .finish : .open(0)
            return .begin
        case .open(let block):
            stage = .token(block: block, index: 0)
            return .open(block)
        case .token(let block, let index):
            let spoken = answer.blocks[block]
            guard index < spoken.tokenCount * answer.choices else {
                stage = block + 1 < answer.blocks.count ? .open(block + 1) : .finish
                return .close(block)
            }
            stage = .token(block: block, index: index + 1)
            tokensSent += 1
            if saysReasoning, case .reasoning = spoken.kind { reasoningSent += 1 }
            return .token(
                block: block, choice: index % answer.choices, text: spoken.token(index / answer.choices))
        case .finish:
            stage = .end
            return .finish
        case .end: return nil
        }
    }
}
