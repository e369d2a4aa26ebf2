/// Rules about a value as a whole, about numbers and about strings.
extension SchemaComparison {
    func unmetTypes(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        guard let keyword = rules.tree["type"] else { return [] }
        guard let types = SchemaTypes(keyword: keyword) else {
            return [.undecided(rules, rule: "type", "a type that is not known")]
        }
        if values.types.isSubset(of: types) { return [] }
        return [SchemaFinding(rules, "type", values.types.shown, types.shown, values.isPlain)]
    }

    /// The types that both take: what is said of others has been said by saying that they are refused.
    func commonTypes(_ values: SchemaValues, _ rules: SchemaSite) -> SchemaTypes {
        values.types.intersection(rules.tree["type"].flatMap { SchemaTypes(keyword: $0) } ?? .all)
    }

    func unmetValues(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        var found: [SchemaFinding] = []
        for keyword in ["enum", "const"] as [Text] {
            guard let value = rules.tree[keyword] else { continue }
            let allowed = Set(keyword == "const" ? [value] : value.elements ?? [])
            guard let known = values.facts.values else {
                if !values.types.isEmpty {
                    let wide = values.types == .all ? "any value" : "any value of type \(values.types.shown)"
                    let narrow = keyword == "const" ? value.shown : "one of \(allowed.count)"
                    found.append(SchemaFinding(rules, keyword, wide, narrow, values.isPlain))
                }
                continue
            }
            let refused = known.filter { !allowed.contains($0) && values.types.contains(SchemaTypes(of: $0)) }
            for value in refused.prefix(5) {
                found.append(
                    SchemaFinding(
                        rules, keyword, subject: "the value \(value.shown)", "allowed", "refused", values.isPlain))
            }
            if refused.count > 5 {
                found.append(
                    SchemaFinding(
                        rules, keyword, subject: "\(refused.count - 5) more values", "allowed", "refused",
                        values.isPlain))
            }
        }
        return found
    }

    func unmetNumberRules(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        var found: [SchemaFinding] = []
        func check(_ keyword: Text, isExclusive: Bool, isLower: Bool) {
            guard let number = rules.tree[keyword]?.number else { return }
            let bound = SchemaFacts.Bound(number: number, isExclusive: isExclusive)
            let known = isLower ? values.facts.lower : values.facts.upper
            if known?.implies(bound, isLower: isLower) == true { return }
            found.append(SchemaFinding(rules, keyword, Self.shown(known), number.shown, values.isPlain))
        }
        check("minimum", isExclusive: false, isLower: true)
        check("exclusiveMinimum", isExclusive: true, isLower: true)
        check("maximum", isExclusive: false, isLower: false)
        check("exclusiveMaximum", isExclusive: true, isLower: false)
        if let divisor = rules.tree["multipleOf"]?.number, !areMultiples(values, of: divisor) {
            let known = values.facts.multiples.first?.shown ?? "none"
            let isPlain = values.isPlain && values.facts.multiples.isEmpty && values.facts.values == nil
            found.append(SchemaFinding(rules, "multipleOf", known, divisor.shown, isPlain))
        }
        return found
    }

    private static func shown(_ bound: SchemaFacts.Bound?) -> String {
        bound.map { $0.number.shown + ($0.isExclusive ? ", itself excluded" : "") } ?? "none"
    }

    private func areMultiples(_ values: SchemaValues, of divisor: JSONNumber) -> Bool {
        if let known = values.facts.values {
            return known.compactMap(\.number).allSatisfy { $0.isMultiple(of: divisor) }
        }
        let isWhole = values.types.isDisjoint(with: .fraction) && JSONNumber(1).isMultiple(of: divisor)
        return isWhole || values.facts.multiples.contains { $0.isMultiple(of: divisor) }
    }

    func unmetStringRules(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        var found = unmetCounts(values, values.facts.length, rules, "minLength", "maxLength")
        if let pattern = rules.tree["pattern"]?.text, !values.facts.patterns.contains(pattern),
            !allMatch(values.facts.values, pattern)
        {
            let known = values.facts.patterns.isEmpty ? "none" : "another pattern"
            found.append(SchemaFinding(rules, "pattern", known, "this pattern", false))
        }
        if let format = rules.tree["format"]?.text, !values.facts.formats.contains(format) {
            // Only where formats are asserted.
            let known = values.facts.formats.map(\.string).min() ?? "none"
            found.append(SchemaFinding(rules, "format", known, format.string, false))
        }
        return found
    }

    private func allMatch(_ values: [SchemaTree]?, _ pattern: Text) -> Bool {
        guard let values else { return false }
        for case .string(let text) in values where patterns.matches(text, pattern) != true { return false }
        return true
    }

    func unmetCounts(
        _ values: SchemaValues, _ known: SchemaFacts.Count, _ rules: SchemaSite, _ least: Text, _ most: Text
    ) -> [SchemaFinding] {
        var found: [SchemaFinding] = []
        if let keyword = rules.tree[least] {
            guard let count = keyword.count else { return [.undecided(rules, rule: least.string, "a count too large")] }
            if known.minimum < count {
                found.append(SchemaFinding(rules, least, "\(known.minimum)", "\(count)", values.isPlain))
            }
        }
        if let keyword = rules.tree[most] {
            guard let count = keyword.count else { return [.undecided(rules, rule: most.string, "a count too large")] }
            if known.maximum > count {
                let wide = known.maximum == .max ? "none" : "\(known.maximum)"
                found.append(SchemaFinding(rules, most, wide, "\(count)", values.isPlain))
            }
        }
        return found
    }
}
