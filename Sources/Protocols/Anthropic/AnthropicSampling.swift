import JSON

/// What of the sampling settings a model of Anthropic's takes, wherever it runs.
struct AnthropicSampling {
    private(set) var temperature: ArraySlice<UInt8>?
    private(set) var topP: ArraySlice<UInt8>?
    private(set) var topK: ArraySlice<UInt8>?
    /// Those that are changed or left out.
    private(set) var lost: [Settings.Name] = []

    /// - Parameters:
    ///   - version: of the protocol, where the client chose one: only the first takes such settings.
    ///   - thinks: whether thoughts are asked for, beside which nearly nothing may be set.
    init(_ settings: Settings, _ model: AnthropicModel, version: String? = nil, thinks: Bool) {
        guard !model.refusesSampling, version ?? AnthropicRequest.version == AnthropicRequest.version else {
            lost = [.temperature, .topP, .topK].filter(settings.has)
            return
        }
        if let asked = settings.temperature {
            // Elsewhere it goes up to 2.
            let number = Self.number(asked)
            if number > 1 || (thinks && number != 1) { lost.append(.temperature) }
            if number > 1 { temperature = Array("1".utf8)[...] } else if !thinks || number == 1 { temperature = asked }
        }
        if let asked = settings.topP {
            if thinks, Self.number(asked) < 0.95 { lost.append(.topP) } else { topP = asked }
        }
        if let asked = settings.topK {
            if thinks { lost.append(.topK) } else { topK = asked }
        }
    }

    private static func number(_ json: ArraySlice<UInt8>) -> Double {
        Double(String(decoding: json, as: UTF8.self)) ?? 0
    }
}
