/// Rules about arrays.
extension SchemaComparison {
    func unmetArrayRules(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        let known = values.conjunction.conjuncts.map { elements(of: $0) }
        let asked = elements(of: rules)
        var counts = values.facts.items
        for each in known where each.rest?.tree == .bool(false) { counts.narrow(nil, each.first.count) }
        var found = unmetCounts(values, counts, rules, "minItems", "maxItems")

        let named = min((known.map(\.first.count) + [asked.first.count]).max() ?? 0, counts.maximum)
        for index in 0..<named {
            guard let site = asked.at(index) else { continue }
            found += comparePart(of: values, known.compactMap { $0.at(index) }, site)
        }
        if counts.maximum > named, let site = asked.rest {
            if site.tree == .bool(false) {
                let subject = named == 0 ? "elements" : "elements after the first \(named)"
                found.append(SchemaFinding(refusedBy: site, subject, values.isPlain))
            } else {
                found += comparePart(of: values, known.compactMap(\.rest), site)
            }
        }

        if rules.tree["uniqueItems"]?.bool == true, !values.facts.isUnique, counts.maximum > 1 {
            found.append(SchemaFinding(rules, "uniqueItems", "false", "true", values.isPlain))
        }
        // Up to draft-07 only `contains` itself counts.
        let isEmptyEnough =
            draft(rules.side) != .draft7 && rules.tree["minContains"]?.count == 0 && rules.tree["maxContains"] == nil
        if rules.tree["contains"] != nil, !isEmptyEnough,
            !values.say(["contains", "minContains", "maxContains"], of: rules, isSame)
        {
            found.append(SchemaFinding(rules, "contains", "none, or another one", "this one", false))
        }
        return found
    }

    /// What the elements of an array must meet.
    private struct Elements {
        var first: [SchemaSite] = []
        /// Of those after the first.
        var rest: SchemaSite?

        func at(_ index: Int) -> SchemaSite? { index < first.count ? first[index] : rest }
    }

    private func elements(of schema: SchemaSite) -> Elements {
        let isOld = draft(schema.side) == .draft7
        guard let first = isOld ? schema["items"] : schema["prefixItems"], first.tree.elements != nil else {
            return Elements(rest: schema.otherElements)
        }
        return Elements(first: first.elements, rest: isOld ? schema["additionalItems"] : schema.otherElements)
    }
}
