import JSON

/// One way in which a schema's change can break who relies on it.
package struct SchemaBreak: Hashable, Sendable {
    /// Whom it hits.
    package enum Affected: String, Sendable, CaseIterable {
        /// What they send was accepted and is not any more.
        case sending = "callers_sending_input"
        /// What they get is something that they never got before.
        case reading = "callers_reading_output"
    }

    package var affected: Affected
    /// JSON Pointer to the rule that is broken, below `/input` in the schema after the change, or below `/output` in
    /// the one before it.
    package var pointer: String
    /// The rule's keyword; `$ref`, `$schema` or empty where something cannot be compared.
    package var rule: String
    package var message: String
    /// False where it cannot be decided, and where other rules may make up for it: a possible break.
    package var isCertain: Bool
}

/// What a change of an agent's schema means for its callers.
///
/// Compatible is only what is proven to be: each input that was accepted still is, and each output that can come could
/// come before. What cannot be proven is a possible break.
package struct SchemaCompatibility: Hashable, Sendable {
    /// Breaks of input before those of output; at most `maximumBreaks` of each.
    package let breaks: [SchemaBreak]
    package var isCompatible: Bool { breaks.isEmpty }

    package static let maximumBreaks = 100

    /// An agent's schema: JSON texts, of a run's input and of its output.
    package struct Pair: Sendable {
        let input: JSONValue
        let output: JSONValue

        package init(input: [UInt8], output: [UInt8]) throws(JSONFault) {
            self.input = try JSONDocument(input).root
            self.output = try JSONDocument(output).root
        }
    }

    package init(from old: Pair, to new: Pair) throws(JSONFault) {
        let input = try Self.findings(accepted: old.input, by: new.input, universe: .object)
        let output = try Self.findings(accepted: new.output, by: old.output, universe: .all)
        breaks =
            input.map { finding in
                SchemaBreak(
                    affected: .sending, pointer: "/input" + finding.place, rule: finding.rule,
                    message: finding.message(was: finding.wide, is: finding.narrow), isCertain: finding.isCertain)
            }
            + output.map { finding in
                SchemaBreak(
                    affected: .reading, pointer: "/output" + finding.place, rule: finding.rule,
                    message: finding.message(was: finding.narrow, is: finding.wide), isCertain: finding.isCertain)
            }
    }

    /// Why some value that one schema accepts may be refused by another; none: there is no such value.
    ///
    /// - Parameter universe: the types that values can have at all.
    static func findings(
        accepted wide: JSONValue, by narrow: JSONValue, universe: SchemaTypes = .all
    ) throws(JSONFault) -> [SchemaFinding] {
        let (wideShape, narrowShape) = (try SchemaShape(of: wide), try SchemaShape(of: narrow))
        if wideShape == narrowShape { return [] }
        let comparison = SchemaComparison(
            wide: ComparedSchema(try JSONDocument(wideShape.text).root, .wide),
            narrow: ComparedSchema(try JSONDocument(narrowShape.text).root, .narrow))
        return Array(comparison.run(universe: universe).prefix(maximumBreaks))
    }
}

/// A rule of the narrow schema that a value of the wide one may break.
struct SchemaFinding: Hashable, Sendable {
    /// JSON Pointer into the narrow schema.
    var place: String
    var rule: String
    /// What the two say about, where it is not the rule itself: a property's name.
    var subject: String?
    var wide: String
    var narrow: String
    var isCertain: Bool
    /// Why it cannot be compared, where that is so.
    var reason: String?

    func message(was before: String, is after: String) -> String {
        if let reason { return "cannot be compared: \(reason)" }
        return "\(subject ?? rule): was \(before), is \(after)"
    }
}
