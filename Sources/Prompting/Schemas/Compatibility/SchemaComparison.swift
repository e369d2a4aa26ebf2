/// Looks for values that a wide schema accepts and a narrow one refuses.
///
/// The narrow schema is taken apart into rules; each is to follow from what is known of the wide one's values. What the
/// wide schema says beyond what is understood here only makes its values fewer, so it may be left aside; what the narrow
/// one says may not.
final class SchemaComparison {
    let wide: ComparedSchema
    let narrow: ComparedSchema
    /// Pairs of schemas still to be compared; a schema of 256 KiB has fewer unless it multiplies by its choices.
    private var stepsLeft = 20_000
    /// How deep in the value: a pair met again deeper down is true if it is true above.
    private var level = 0
    /// How deep in calls; bounds the stack.
    private var depth = 0
    private var open: [String: Int] = [:]
    private var done: [String: [SchemaFinding]] = [:]
    private var assumptions = 0
    var typesOfSites: [String: SchemaTypes] = [:]
    /// The references that lead to the same in both documents.
    private let agreeing: Set<Text>
    let patterns = SchemaPatterns()

    private static let maximumDepth = 32
    static let tooLarge = "the schemas are too large"

    init(wide: ComparedSchema, narrow: ComparedSchema) {
        self.wide = wide
        self.narrow = narrow
        agreeing = wide.references(agreeingWith: narrow)
    }

    func run(universe: SchemaTypes) -> [SchemaFinding] {
        guard wide.draft != nil, narrow.draft != nil else {
            return [.undecided(narrow.root, rule: "$schema", "a draft of JSON Schema that is not known")]
        }
        var sites = [wide.root]
        if universe == .object { sites.append(SchemaSite(made: ["type": .string("object")], .wide, key: "u")) }
        return compare(sites, narrow.root)
    }

    /// - Parameters:
    ///   - sites: of the wide schema; all of them hold.
    ///   - deeper: whether this is about a part of the value that the caller was about.
    func compare(_ sites: [SchemaSite], _ site: SchemaSite, deeper: Bool = false) -> [SchemaFinding] {
        if site.tree.bool == true || site.tree.members?.isEmpty == true { return [] }
        guard spend() else { return [.undecided(site, Self.tooLarge)] }
        if sites.contains(where: { isSame($0, site) }) { return [] }
        let key = Set(sites.map(\.key)).sorted().joined(separator: "\n") + "\n\n" + site.key
        // Keys are kept, and are as long as the ways to their schemas.
        guard spend(key.utf8.count / 256) else { return [.undecided(site, Self.tooLarge)] }
        if let known = done[key] { return known }
        level += deeper ? 1 : 0
        depth += 1
        defer {
            level -= deeper ? 1 : 0
            depth -= 1
        }
        if let begun = open[key] {
            assumptions += 1
            return begun < level ? [] : [.undecided(site, "a schema that refers to itself")]
        }
        guard depth <= Self.maximumDepth else { return [.undecided(site, "the schemas are nested too deep")] }
        open[key] = level
        let assumed = assumptions
        let found = decide(sites, site)
        open[key] = nil
        // What rests on a pair that is not through yet is not known for good.
        if assumptions == assumed { done[key] = found }
        return found
    }

    /// The first choice that is known of values, paid for by its length.
    func alternatives(_ values: SchemaValues) -> SchemaConjunction.Alternatives? {
        guard let choice = values.conjunction.alternatives else { return nil }
        spend(choice.branches.count / 4)
        return choice
    }

    /// False where there are no steps left.
    @discardableResult func spend(_ steps: Int = 1) -> Bool {
        stepsLeft -= min(steps, max(stepsLeft, 0))
        return stepsLeft > 0
    }

    var hasSteps: Bool { stepsLeft > 0 }

    /// What is wrong with a part of values, such as a property.
    func comparePart(of values: SchemaValues, _ sites: [SchemaSite], _ site: SchemaSite) -> [SchemaFinding] {
        let found = compare(sites, site, deeper: true)
        return values.isPlain ? found : found.map(\.possible)
    }

    private func decide(_ sites: [SchemaSite], _ site: SchemaSite) -> [SchemaFinding] {
        let values = known(sites)
        if isImpossible(values) { return [] }
        let found = unmet(values, site)
        guard !found.isEmpty, let choice = alternatives(values) else { return found }
        // Perhaps it holds of each alternative by itself; if not, that says more.
        var all: [SchemaFinding] = []
        for branch in choice.branches {
            for var finding in compare(choice.rest + [branch], site) {
                if choice.isExclusive { finding.isCertain = false }
                if !all.contains(where: { $0.isAbout(finding) }) { all.append(finding) }
            }
        }
        return all
    }

    /// The rules of a schema that do not follow from what is known.
    private func unmet(_ values: SchemaValues, _ site: SchemaSite) -> [SchemaFinding] {
        let asked = conjunction([site])
        if asked.isImpossible {
            return [SchemaFinding(site, "false", subject: "any value", "allowed", "refused", values.isPlain)]
        }
        var found = asked.unresolved.map {
            SchemaFinding.undecided($0, rule: "$ref", "a reference that cannot be followed")
        }
        for site in asked.unevaluated where !values.conjunction.unevaluated.contains(where: { isSame($0, site) }) {
            found.append(.undecided(site, rule: "unevaluated", "what is left by several schemas"))
        }
        spend(asked.conjuncts.count * values.conjunction.conjuncts.count / 16)
        for conjunct in asked.conjuncts
        where hasSteps && !values.conjunction.conjuncts.contains(where: { isSame($0, conjunct) }) {
            found += unmetRules(values, of: conjunct)
        }
        if !hasSteps { found.append(.undecided(site, Self.tooLarge)) }
        return found
    }

    private func unmetRules(_ values: SchemaValues, of rules: SchemaSite) -> [SchemaFinding] {
        var found = unmetTypes(values, rules)
        let values = SchemaValues(values, of: commonTypes(values, rules))
        found += unmetValues(values, rules)
        if !values.types.isDisjoint(with: .number) { found += unmetNumberRules(values, rules) }
        if values.types.contains(.string) { found += unmetStringRules(values, rules) }
        if values.types.contains(.array) { found += unmetArrayRules(values, rules) }
        if values.types.contains(.object) { found += unmetObjectRules(values, rules) }
        return found + unmetChoices(values, rules)
    }

    // MARK: - What is known

    func conjunction(_ sites: [SchemaSite]) -> SchemaConjunction {
        SchemaConjunction(sites, { resolve($0) }, { draft($0) })
    }

    func known(_ sites: [SchemaSite]) -> SchemaValues {
        let values = SchemaValues(sites, conjunction(sites))
        spend(1 + values.weight / 64)
        return values
    }

    func draft(_ side: SchemaSide) -> JSONSchema.Draft? { side == .wide ? wide.draft : narrow.draft }

    private func resolve(_ reference: SchemaSite) -> SchemaSite? {
        guard let text = reference.tree.text else { return nil }
        return reference.side == .wide ? wide.resolve(text) : narrow.resolve(text)
    }

    /// Whether two schemas are the same rules: the same text, and so is what it refers to.
    func isSame(_ one: SchemaSite, _ other: SchemaSite) -> Bool {
        guard one.tree == other.tree else { return false }
        if one.side == other.side {
            // With identifiers within, a reference means what it stands in.
            let isTangled = one.side == .wide ? wide.isTangled : narrow.isTangled
            return one.key == other.key || !isTangled || one.tree.references?.isEmpty == true
        }
        guard wide.draft == narrow.draft else { return false }
        if wide.references.isEmpty && !wide.isTangled { return true }
        return one.tree.references.map { agreeing.isSuperset(of: $0) } ?? false
    }
}

extension SchemaFinding {
    /// - Parameter rule: a keyword of the schema at the site.
    init(
        _ site: SchemaSite, _ rule: Text, subject: String? = nil, _ wide: String, _ narrow: String, _ isCertain: Bool
    ) {
        let place = site.tree[rule] == nil ? site.place : site.place + "/" + SchemaSite.escaped(rule)
        self.init(
            place: place, rule: rule.string, subject: subject, wide: wide, narrow: narrow, isCertain: isCertain)
    }

    /// A part of a value that a schema `false` refuses.
    init(refusedBy site: SchemaSite, _ subject: String, _ isCertain: Bool) {
        let steps = site.place.split(separator: "/").suffix(2).map { Text(String($0)) }
        var rule = steps.last ?? "false"
        if steps.count == 2, case .namedSchemas = KeywordContent(steps[0]) { rule = steps[0] }
        self.init(
            place: site.place, rule: rule.string, subject: subject, wide: "allowed", narrow: "refused",
            isCertain: isCertain)
    }

    static func undecided(_ site: SchemaSite, rule: String = "", _ reason: String) -> Self {
        Self(place: site.place, rule: rule, wide: "", narrow: "", isCertain: false, reason: reason)
    }

    /// Whether both say the same to a reader, certain or not.
    func isAbout(_ other: Self) -> Bool {
        var other = other
        other.isCertain = isCertain
        return self == other
    }
}
