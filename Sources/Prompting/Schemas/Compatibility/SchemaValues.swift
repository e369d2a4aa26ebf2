/// What is known of the values that some schemas all accept.
struct SchemaValues: Sendable {
    let sites: [SchemaSite]
    var conjunction: SchemaConjunction
    let facts: SchemaFacts
    /// Those of the facts, less those that have been dealt with.
    var types: SchemaTypes
    /// Whether the facts are all there is to say, so that a rule that does not follow from them can be broken.
    let isPlain: Bool

    init(_ sites: [SchemaSite], _ conjunction: SchemaConjunction) {
        self.sites = sites
        self.conjunction = conjunction
        facts = SchemaFacts(conjunction.conjuncts)
        types = facts.types
        isPlain =
            conjunction.unresolved.isEmpty
            && conjunction.conjuncts.allSatisfy { conjunct in
                conjunct.tree.members?.keys.allSatisfy { Self.plain.contains($0) } == true
            }
        let key = conjunction.conjuncts.map(\.key).joined(separator: "\n")
        if let made = facts.madeOfValues(.wide, key: key) { self.conjunction.conjuncts.append(made) }
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
