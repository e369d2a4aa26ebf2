/// What a Gemini model's name tells of it.
struct GeminiModel: Sendable {
    /// 2 of `gemini-2.5-pro`; nil where the name does not say.
    let generation: Int?
    private let family: Substring

    /// - Parameter name: with or without what stands before its last slash.
    init(_ name: String) {
        family = name.lowercased().split(separator: "/").last ?? ""
        guard family.hasPrefix("gemini-") else {
            generation = nil
            return
        }
        let rest = family.dropFirst("gemini-".count)
        // `gemini-flash-latest` is of the third since 2026.
        generation = Int(rest.prefix { $0.isNumber }) ?? (rest.hasSuffix("-latest") ? 3 : nil)
    }

    private var isPro: Bool { family.contains("-pro") }
    private var isLite: Bool { family.contains("-lite") }
    /// From the third generation on thinking is set by level, and calls are refused without their signatures.
    var isThird: Bool { (generation ?? 0) >= 3 }

    /// Whether it takes a `thinkingConfig`; those of an unknown name may.
    var thinks: Bool { generation == nil || isThird || family.hasPrefix("gemini-2.5") }

    /// The nearest level that it knows: none of them can be kept from thinking, and `pro` cannot think minimally.
    func thinkingLevel(_ level: ReasoningWish.Level) -> String {
        switch level {
        case .none, .minimal: isPro ? "LOW" : "MINIMAL"
        case .low: "LOW"
        case .medium: "MEDIUM"
        case .high, .xhigh, .max: "HIGH"
        }
    }

    /// The nearest budget that it takes, in tokens. Ranges as Google documents them for 2.5.
    func thinkingBudget(_ budget: Int64) -> Int64 {
        guard generation == 2 else { return budget }
        if isPro { return min(max(budget, 128), 32_768) }
        if isLite, budget > 0 { return min(max(budget, 512), 24_576) }
        return min(max(budget, 0), 24_576)
    }
}
