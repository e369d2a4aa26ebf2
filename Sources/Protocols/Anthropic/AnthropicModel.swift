/// What a model of Anthropic's knows, as far as its name tells: `claude-opus-4-7`, `claude-3-7-sonnet-20250219`,
/// `anthropic.claude-sonnet-4-5-20250929-v1:0`.
struct AnthropicModel {
    /// Tokens, of thinking with a budget.
    static let leastBudget: Int64 = 1_024

    /// Major and minor version; nil where the name does not tell.
    let version: (major: Int, minor: Int)?

    init(_ name: String) {
        let words = name.split { !$0.isLetter && !$0.isNumber }
        guard let start = words.firstIndex(of: "claude") else {
            version = nil
            return
        }
        // Numbers of one or two digits are versions, longer ones dates.
        let numbers = words[start...].filter { $0.count <= 2 }.compactMap { Int($0) }
        version = numbers.first.map { ($0, numbers.dropFirst().first ?? 0) }
    }

    /// Whether an answer's schema can be asked for (from 4.5 on).
    var takesSchemas: Bool { version.map { $0.major > 4 || ($0.major == 4 && $0.minor >= 5) } ?? true }

    /// Whether it decides by itself how much to think, by effort (from 4.6 on; later ones refuse budgets). What is not
    /// known is newer than what is.
    var thinksAdaptively: Bool { version.map { $0.major > 4 || ($0.major == 4 && $0.minor >= 6) } ?? true }

    /// Whether `temperature` and its like are refused (from 4.7 on).
    var refusesSampling: Bool { version.map { $0.major > 4 || ($0.major == 4 && $0.minor >= 7) } ?? false }
}
