/// What is known of the values that some schemas all accept. An object, so that the calls that pass it stay small.
final class SchemaValues {
    let sites: [SchemaSite]
    let conjunction: SchemaConjunction
    let facts: SchemaFacts
    /// Those of the facts, less those that have been dealt with.
    let types: SchemaTypes
    /// Whether the facts are all there is to say, so that a rule that does not follow from them can be broken.
    let isPlain: Bool

    init(_ sites: [SchemaSite], _ found: SchemaConjunction) {
        var conjunction = found
        self.sites = sites
        facts = SchemaFacts(conjunction.conjuncts)
        types = facts.types
        isPlain =
            conjunction.unresolved.isEmpty
            && conjunction.conjuncts.allSatisfy { conjunct in
                conjunct.tree.members?.keys.allSatisfy { Self.plain.contains($0) } == true
            }
        let key = conjunction.conjuncts.map(\.key).joined(separator: "\n")
        if let made = facts.madeOfValues(.wide, key: key) { conjunction.conjuncts.append(made) }
        self.conjunction = conjunction
    }

    /// - Parameter types: those left to look at.
    init(_ values: SchemaValues, of types: SchemaTypes) {
        sites = values.sites
        conjunction = values.conjunction
        facts = values.facts
        isPlain = values.isPlain
        self.types = types
    }

    /// How much there is to go through in what was found: the lists of values that are allowed.
    var weight: Int {
        conjunction.conjuncts.reduce(0) { $0 + ($1.tree["enum"]?.elements?.count ?? 0) }
    }

    /// Whether the schemas say of a keyword, or of several that go together, what these rules say.
    func say(_ keywords: [Text], of rules: SchemaSite, _ isSame: (SchemaSite, SchemaSite) -> Bool) -> Bool {
        conjunction.conjuncts.contains { conjunct in
            keywords.allSatisfy { keyword in
                switch (conjunct[keyword], rules[keyword]) {
                case (nil, nil): true
                case (let one?, let other?): isSame(one, other)
                case (nil, _?), (_?, nil): false
                }
            }
        }
    }

    private static let plain: Set<Text> = [
        "$schema", "$id", "$ref", "$defs", "definitions", "$anchor", "allOf", "type", "enum", "const", "format",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
        "required", "properties", "additionalProperties", "minProperties", "maxProperties", "items", "prefixItems",
        "additionalItems", "minItems", "maxItems", "uniqueItems", "contentEncoding", "contentMediaType",
        "contentSchema", "unevaluatedProperties", "unevaluatedItems",
    ]
}
