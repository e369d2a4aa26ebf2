/// Rules made of other schemas: `anyOf`, `oneOf`, `not`, `if`.
extension SchemaComparison {
    func unmetChoices(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        var found: [SchemaFinding] = []
        for keyword in ["anyOf", "oneOf"] as [Text] where rules.tree[keyword]?.elements != nil {
            if values.say([keyword], of: rules, isSame) { continue }
            found += unmetChoice(values, rules, keyword)
        }
        if let refused = rules["not"], !values.say(["not"], of: rules, isSame),
            !areDisjoint(values.conjunction.conjuncts, refused)
        {
            found.append(.undecided(refused, rule: "not", "what is excluded"))
        }
        if let condition = rules["if"], !values.say(["if", "then", "else"], of: rules, isSame) {
            let sites = values.conjunction.conjuncts
            if let then = rules["then"], !areDisjoint(sites, condition), !isMet(sites + [condition], then) {
                found.append(.undecided(then, rule: "then", "a condition"))
            }
            if let otherwise = rules["else"], !isMet(sites, otherwise), !isMet(sites, condition) {
                found.append(.undecided(otherwise, rule: "else", "a condition"))
            }
        }
        return found
    }

    private func isMet(_ sites: [SchemaSite], _ site: SchemaSite) -> Bool { compare(sites, site).isEmpty }

    private func unmetChoice(
        _ values: SchemaValues, _ rules: SchemaSite, _ keyword: Text
    ) -> [SchemaFinding] {
        let branches = rules[keyword]?.elements ?? []
        spend(branches.count / 4)
        let sites = values.conjunction.conjuncts
        if isChosen(sites, branches, isExclusive: keyword == "oneOf") { return [] }
        // Piece by piece: each value there can be, or each type.
        let types = branches.map { self.types(of: $0) }
        let reach = types.reduce(into: SchemaTypes()) { $0.formUnion($1) }
        let missed = values.types.subtracting(reach)
        var found: [SchemaFinding] = []
        if !missed.isEmpty {
            found.append(SchemaFinding(rules, keyword, values.types.shown, reach.shown, values.isPlain))
        }
        if let known = values.facts.values, known.count <= 64 {
            for value in known where !missed.contains(SchemaTypes(of: value)) {
                let piece = SchemaSite(
                    made: ["const": value], .wide, key: "c(\(value))")
                if isChosen(sites + [piece], branches, isExclusive: keyword == "oneOf") { continue }
                found.append(
                    SchemaFinding(
                        rules, keyword, subject: "the value \(value.shown)", "allowed", "refused by each alternative",
                        false))
            }
            return found
        }
        for type in values.types.subtracting(missed).pieces {
            let piece = SchemaSite(made: ["type": type.keyword], .wide, key: "t\(type.rawValue)")
            if isChosen(sites + [piece], branches, isExclusive: keyword == "oneOf") { continue }
            let able = branches.indices.filter { !types[$0].isDisjoint(with: type) }
            if able.count == 1 {
                // What is wrong with the only one that takes this type says more.
                found += compare(sites + [piece], branches[able[0]])
            } else {
                found.append(
                    SchemaFinding(
                        rules, keyword, subject: "values of type \(type.shown)", "allowed",
                        "not known to fit an alternative", false))
            }
        }
        return found
    }

    /// Whether one alternative takes all of these values (and no other takes any, where only one may).
    private func isChosen(_ sites: [SchemaSite], _ branches: [SchemaSite], isExclusive: Bool) -> Bool {
        guard hasSteps else { return false }
        if isImpossible(known(sites)) { return true }
        for index in branches.indices where hasSteps && compare(sites, branches[index]).isEmpty {
            if !isExclusive { return true }
            let others = branches.indices.filter { $0 != index }
            return others.allSatisfy { areDisjoint(sites, branches[$0]) }
        }
        return false
    }

    // MARK: - What cannot be

    /// Whether no value meets all of these and this too. False where it is not known.
    func areDisjoint(_ sites: [SchemaSite], _ site: SchemaSite) -> Bool { isImpossible(known(sites + [site])) }

    /// Whether there is no such value. False where it is not known.
    func isImpossible(_ values: SchemaValues, depth: Int = 0) -> Bool {
        if values.conjunction.isImpossible || values.facts.types.isEmpty || values.facts.values?.isEmpty == true {
            return true
        }
        guard depth < 3, spend() else { return false }
        if values.facts.types == .object {
            for name in values.facts.required
            where isImpossible(known(schemas(of: name, values)), depth: depth + 1) {
                return true
            }
        }
        guard let choice = alternatives(values), choice.branches.count <= 32 else { return false }
        return choice.branches.allSatisfy { isImpossible(known(choice.rest + [$0]), depth: depth + 1) }
    }

    /// The types that values of a schema can have; more where it is not known.
    func types(of site: SchemaSite) -> SchemaTypes {
        if let known = typesOfSites[site.key] { return known }
        let types = types(of: [site], depth: 0)
        typesOfSites[site.key] = types
        return types
    }

    private func types(of sites: [SchemaSite], depth: Int) -> SchemaTypes {
        let values = known(sites)
        if values.conjunction.isImpossible { return [] }
        guard depth < 3, spend(), let choice = alternatives(values) else { return values.facts.types }
        return choice.branches.reduce(into: SchemaTypes()) { types, branch in
            types.formUnion(self.types(of: choice.rest + [branch], depth: depth + 1))
        }
    }
}

extension SchemaTypes {
    /// Each by itself, numbers together.
    var pieces: [SchemaTypes] {
        [Self.null, .boolean, .object, .array, .string, .number]
            .map { intersection($0) }.filter { !$0.isEmpty }
    }

    /// As the keyword says it; that there are fractions alone cannot be said.
    var keyword: SchemaTree {
        .array(
            [
                (SchemaTypes.null, "null"), (.boolean, "boolean"), (.object, "object"), (.array, "array"),
                (.string, "string"), (.integer, "integer"), (.fraction, "number"),
            ].filter { isSuperset(of: $0.0) }.map { .string(Text($0.1)) })
    }
}
