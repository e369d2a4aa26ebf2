/// What a model's name asks of the simulator: in `sim-1+think+tools!slow`, two features and a fault.
package struct ModelName: Sendable {
    /// What an answer has or does where the model's name says so.
    package enum Feature: String, Sendable, CaseIterable {
        /// Calls the first two tools of the request at once, unless its last message is a tool's result.
        case tools
        /// Reasons before it answers.
        case think
        /// Refuses, in the protocol's way.
        case refuse
        /// A quarter of the input is read from the cache, a quarter is written to it.
        case cache
        /// Says which parts of the request are not text.
        case look
    }

    let whole: String
    let base: String
    let features: Set<Feature>
    let fault: Fault?
    /// Whether each word after a `+` is a feature.
    let isKnown: Bool

    init(_ name: String) {
        whole = name
        let parts = name.prefix { $0 != "!" }.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        base = parts.first ?? ""
        let named = parts.dropFirst().map { Feature(rawValue: $0) }
        features = Set(named.compactMap { $0 })
        isKnown = !named.contains(nil)
        fault = name.firstIndex(of: "!").flatMap { Fault(rawValue: String(name[name.index(after: $0)...])) }
    }
}
