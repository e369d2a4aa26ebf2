/// The tokens that the simulator says.
enum Words {
    private static let filler = [
        "every", "toll", "is", "paid", "before", "the", "gate", "opens", "and", "the", "book", "keeps", "count", "of",
    ]

    static func sentence(opening: String, count: Int) -> [String] {
        let opened = split(opening)
        return (0..<count).map { $0 < opened.count ? opened[$0] : " " + filler[($0 - opened.count) % filler.count] }
    }

    /// Every word but the first carries the space before it, so that they join to the text (white space made plain).
    static func split(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).enumerated().map { $0 == 0 ? String($1) : " " + $1 }
    }

    /// Of some four characters, as tokens are.
    static func pieces(_ text: String) -> [String] {
        var rest = text[...]
        var pieces: [String] = []
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(4)))
            rest = rest.dropFirst(4)
        }
        return pieces
    }

    static let thought = split("The toll is asked for, so it is reckoned.")
    static let refusal = split("This gate stays closed.")
    static let big = String(repeating: "0123456789abcde ", count: 64)
}
