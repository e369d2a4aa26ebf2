/// One answer: what is said in which order, why it ends, and what it spends. A protocol's voice writes it down.
struct Answer {
    /// Bytes of a whole answer: all of it is in memory at once. A stream may be longer.
    static let maximumWholeBytes = 64 << 20

    /// A run of tokens of one kind.
    struct Block {
        enum Kind {
            case reasoning, text, refusal
            /// `index`: among the answer's calls.
            case call(index: Int, name: String)
        }
        let kind: Kind
        let tokenCount: Int
        /// The tokens in turn, again from the first where there are more.
        fileprivate let words: [String]

        /// - Parameter index: below `tokenCount`.
        func token(_ index: Int) -> String { words[index % words.count] }

        var text: String { (0..<tokenCount).map(token).joined() }

        /// At least as many as its text has.
        fileprivate var byteCount: Int {
            guard !words.isEmpty else { return 0 }
            let rounds = (tokenCount + words.count - 1) / words.count
            return words.reduce(0) { $0 + $1.utf8.count } * rounds
        }
    }

    enum Finish { case stop, length, calls, refusal }

    let sequence: Int
    let model: ModelName
    /// Seconds since 1970.
    let created: Int
    let blocks: [Block]
    let finish: Finish
    /// All are alike.
    let choices: Int
    let spending: Spending
    /// What it makes of embeddings: the texts, and how they are wanted.
    let inquiry: Inquiry

    /// Whether it can be answered in one piece.
    var fitsWhole: Bool { blocks.reduce(0) { $0 + $1.byteCount } * choices <= Self.maximumWholeBytes }

    /// - Parameter configuredTokens: of an answer's text where nothing else decides how long it is.
    init(_ inquiry: Inquiry, traits: Traits, fault: Fault?, sequence: Int, configuredTokens: Int, created: Int) {
        var composition = Composition(maximum: inquiry.maximum)
        composition.compose(inquiry, traits: traits, fault: fault, configuredTokens: configuredTokens)
        blocks = composition.blocks
        finish = composition.finish
        choices = inquiry.choices
        self.inquiry = inquiry
        model = inquiry.model
        self.sequence = sequence
        self.created = created
        spending = Spending(inquiry, traits: traits, blocks: blocks)
    }
}

/// Answers are composed block by block, within the request's most tokens.
private struct Composition {
    private(set) var blocks: [Answer.Block] = []
    private(set) var finish = Answer.Finish.stop
    private var left: Int?

    init(maximum: Int?) { left = maximum }

    mutating func compose(_ inquiry: Inquiry, traits: Traits, fault: Fault?, configuredTokens: Int) {
        guard inquiry.vectors == nil, !inquiry.onlyCounts else { return }
        let features = inquiry.model.features
        let isSilent = features.contains(.refuse) && !traits.refusesInWords
        if features.contains(.think), !isSilent { add(.reasoning, Words.thought) }
        let calls = features.contains(.tools) ? inquiry.toolsToCall : []
        if inquiry.model.base == "sim-big" {
            add(.text, [Words.big], count: left ?? configuredTokens)
            finish = .length
        } else if features.contains(.refuse) {
            if !isSilent { add(.refusal, Words.refusal) }
            if finish == .stop { finish = .refusal }
        } else if !calls.isEmpty {
            for (index, tool) in calls.enumerated() {
                let arguments = tool.parameters.map { SchemaAnswer.value(of: $0) } ?? "{}"
                addWhole(.call(index: index, name: tool.name), Words.pieces(arguments))
            }
            if finish == .stop { finish = .calls }
        } else if inquiry.model.base == "sim-echo" {
            add(.text, Words.split(inquiry.turns.last { $0.role == .user }?.text ?? ""))
        } else if let json = fault == .badOutput ? SchemaAnswer.misfit : inquiry.structured {
            add(.text, Words.pieces(json))
        } else if features.contains(.look) {
            let seen = inquiry.attachments.map(\.words).joined(separator: ", ")
            add(.text, Words.split("[\(inquiry.model.base)] was given \(seen.isEmpty ? "text only" : seen)."))
        } else {
            let system = inquiry.turns.first { $0.role == .system }?.text ?? ""
            let opening = "[\(inquiry.model.base)] " + String(system.prefix(60))
            let count = min(configuredTokens, left ?? configuredTokens)
            add(.text, Words.sentence(opening: opening, count: count), count: count)
            if count < configuredTokens { finish = .length }
        }
    }

    private mutating func add(_ kind: Answer.Block.Kind, _ words: [String], count: Int? = nil) {
        let wanted = count ?? words.count
        let given = min(wanted, left ?? wanted)
        if given < wanted { finish = .length }
        left = left.map { $0 - given }
        blocks.append(Answer.Block(kind: kind, tokenCount: given, words: words))
    }

    /// Half a call is none: where it does not fit it is not begun.
    private mutating func addWhole(_ kind: Answer.Block.Kind, _ words: [String]) {
        guard finish == .stop, words.count <= left ?? .max else {
            finish = .length
            return
        }
        add(kind, words)
    }
}
