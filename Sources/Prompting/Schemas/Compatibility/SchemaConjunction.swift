/// Schemas that all hold of a value, with what they refer to and what stands in their `allOf`.
struct SchemaConjunction: Sendable {
    /// Objects, each with keywords of its own.
    var conjuncts: [SchemaSite] = []
    /// One of them accepts nothing.
    var isImpossible = false
    /// References that lead nowhere we can follow.
    var unresolved: [SchemaSite] = []
    /// Those with `unevaluatedProperties` or `unevaluatedItems` that depend on schemas beside them.
    var unevaluated: [SchemaSite] = []

    private static let maximumConjuncts = 100

    init(_ sites: [SchemaSite], _ resolve: (SchemaSite) -> SchemaSite?, _ draft: (SchemaSide) -> JSONSchema.Draft?) {
        var seen: Set<String> = []
        var left = Array(sites.reversed())
        while let site = left.popLast() {
            guard seen.insert(site.key).inserted else {
                // A schema that refers to itself, about the same value: no validator gets to its end.
                continue
            }
            if let isOpen = site.tree.bool {
                if !isOpen { isImpossible = true }
                continue
            }
            guard let members = site.tree.members else { continue }
            guard seen.count <= Self.maximumConjuncts else {
                unresolved.append(site)
                return
            }
            if members["$dynamicRef"] != nil { unresolved.append(site) }
            if let reference = site["$ref"] {
                if let target = resolve(reference) { left.append(target) } else { unresolved.append(reference) }
                // Up to draft-07 what stands beside a reference does not count.
                if draft(site.side) == .draft7 { continue }
            }
            if let all = site["allOf"] { left += all.elements.reversed() }
            conjuncts.append(simplified(site, draft(site.side)))
        }
    }

    /// The keywords of a schema by themselves; what its `allOf` and reference say is said by conjuncts of their own.
    ///
    /// `unevaluated…` stays where no other schema is applied beside it: there it is what `additionalProperties` or `items`
    /// would be.
    private mutating func simplified(_ site: SchemaSite, _ draft: JSONSchema.Draft?) -> SchemaSite {
        let keywords = ["unevaluatedProperties", "unevaluatedItems"] as [Text]
        let said = keywords.filter { site.tree[$0] != nil }
        if said.isEmpty { return site.without(["$ref", "allOf"]) }
        if draft == .draft7 { return site.without(["$ref", "allOf"] + said) }
        guard Self.applicators.contains(where: { site.tree[$0] != nil }) else { return site }
        if said.contains(where: { site.tree[$0] != .bool(true) }) { unevaluated.append(site) }
        return site.without(["$ref", "allOf"] + said)
    }

    private static let applicators: [Text] = [
        "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "contains",
    ]

    /// A choice, and all schemas without it.
    struct Alternatives {
        var rest: [SchemaSite]
        var branches: [SchemaSite]
        /// Exactly one is to hold.
        var isExclusive: Bool
    }

    /// The first choice there is.
    var alternatives: Alternatives? {
        for (index, conjunct) in conjuncts.enumerated() {
            for keyword in ["anyOf", "oneOf"] as [Text] {
                guard let choice = conjunct[keyword], let branches = choice.tree.elements, !branches.isEmpty else {
                    continue
                }
                var rest = conjuncts
                rest[index] = conjunct.without([keyword])
                return Alternatives(rest: rest, branches: choice.elements, isExclusive: keyword == "oneOf")
            }
        }
        return nil
    }
}
