/// Rules about objects.
extension SchemaComparison {
    func unmetObjectRules(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        var found: [SchemaFinding] = []
        for name in rules.tree["required"]?.names ?? [] where !values.facts.required.contains(name) {
            found.append(
                SchemaFinding(
                    rules, "required", subject: "the property \(Self.shown(name))", "optional", "required",
                    values.isPlain))
        }
        var counts = values.facts.properties
        if let most = mostProperties(values) { counts.narrow(nil, most) }
        found += unmetCounts(values, counts, rules, "minProperties", "maxProperties")
        found += unmetProperties(values, rules)
        found += unmetNames(values, rules)
        found += unmetDependencies(values, rules)
        return found
    }

    static func shown(_ name: Text) -> String {
        let text = name.string
        return text.unicodeScalars.count <= 60 ? text : text.unicodeScalars.prefix(60).map(String.init).joined() + "…"
    }

    // MARK: - Properties

    private func unmetProperties(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        let keywords =
            [
                "properties", "patternProperties", "additionalProperties", "unevaluatedProperties",
            ] as [Text]
        guard keywords.contains(where: { rules.tree[$0] != nil }) else { return [] }
        var names: Set<Text> = values.facts.required
        names.formUnion(rules["properties"]?.names ?? [])
        for conjunct in values.conjunction.conjuncts {
            names.formUnion(conjunct["properties"]?.names ?? [])
        }
        var found: [SchemaFinding] = []
        for name in names.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            guard hasSteps else { return found + [.undecided(rules, Self.tooLarge)] }
            let known = self.schemas(of: name, values)
            if isImpossible(self.known(known)) { continue }
            for site in schemas(of: name, in: rules, certainly: false) {
                if site.tree == .bool(false) {
                    found.append(
                        SchemaFinding(refusedBy: site, "the property \(Self.shown(name))", values.isPlain))
                } else {
                    found += comparePart(of: values, known, site)
                }
            }
        }
        return found + unmetOthers(values, rules)
    }

    /// What the properties that neither side names must meet.
    private func unmetOthers(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        var found: [SchemaFinding] = []
        let patterns = rules["patternProperties"]
        for pattern in patterns?.names ?? [] {
            guard let site = patterns?[pattern] else { continue }
            var known: [SchemaSite] = []
            for conjunct in values.conjunction.conjuncts {
                if let same = conjunct["patternProperties"]?[pattern] { known.append(same) }
                // With patterns of its own, another of them may take the name.
                if conjunct.tree["patternProperties"] == nil, let rest = conjunct.otherProperties {
                    known.append(rest)
                }
            }
            found += compare(known, site, deeper: true).map(\.possible)
        }
        guard let rest = rules.otherProperties else { return found }
        let taken = Set(patterns?.names ?? [])
        for known in others(values, besides: taken) {
            if rest.tree == .bool(false) {
                if isImpossible(self.known(known)) { continue }
                found.append(SchemaFinding(refusedBy: rest, "properties that are not named", values.isPlain))
            } else {
                found += comparePart(of: values, known, rest)
            }
        }
        return found
    }

    /// What is known of a property that no side names and none of these patterns matches: of each kind of such one.
    private func others(_ values: SchemaValues, besides taken: Set<Text>) -> [[SchemaSite]] {
        var known: [SchemaSite] = []
        var matched: [[SchemaSite]] = []
        for conjunct in values.conjunction.conjuncts {
            let patterns = conjunct["patternProperties"]
            let own = (patterns?.names ?? []).filter { !taken.contains($0) }
            if own.isEmpty {
                if let rest = conjunct.otherProperties { known.append(rest) }
            } else if values.conjunction.conjuncts.count == 1 {
                matched = own.compactMap { patterns?[$0] }.map { [$0] }
                if let rest = conjunct.otherProperties { known.append(rest) }
            } else {
                // Whether it matches one of these cannot be told: nothing is known of it from here.
                continue
            }
        }
        return [known] + matched
    }

    /// What is known of a property's value, where it is there.
    func schemas(of name: Text, _ values: SchemaValues) -> [SchemaSite] {
        spend(values.conjunction.conjuncts.count / 4)
        return values.conjunction.conjuncts.flatMap { schemas(of: name, in: $0, certainly: true) }
    }

    /// - Parameter certainly: leaves out what may not apply; else it is among them.
    func schemas(of name: Text, in schema: SchemaSite, certainly: Bool) -> [SchemaSite] {
        var sites: [SchemaSite] = []
        var isTaken = false
        var mayBeTaken = false
        if let site = schema["properties"]?[name] {
            sites.append(site)
            isTaken = true
        }
        if let patterns = schema["patternProperties"] {
            for pattern in patterns.names {
                spend()
                let matches = self.patterns.matches(name, pattern)
                if matches == false || (matches == nil && certainly) {
                    mayBeTaken = mayBeTaken || matches == nil
                    continue
                }
                if let site = patterns[pattern] { sites.append(site) }
                if matches == true { isTaken = true } else { mayBeTaken = true }
            }
        }
        if !isTaken, !(mayBeTaken && certainly), let rest = schema.otherProperties { sites.append(rest) }
        return sites
    }

    /// nil where there is no end to them.
    private func mostProperties(_ values: SchemaValues) -> Int? {
        values.conjunction.conjuncts.compactMap { closedNames(of: $0)?.count }.min()
    }

    /// The names of all properties that a schema allows; nil where it leaves that open.
    private func closedNames(of schema: SchemaSite) -> [Text]? {
        guard schema.otherProperties?.tree == .bool(false), schema.tree["patternProperties"] == nil else {
            return nil
        }
        return schema["properties"]?.names ?? []
    }

    // MARK: - Names, and what they ask for

    private func unmetNames(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        guard let site = rules["propertyNames"] else { return [] }
        var known = values.conjunction.conjuncts.compactMap { $0["propertyNames"] }
        known.append(SchemaSite(made: ["type": .string("string")], .wide, key: "s"))
        for conjunct in values.conjunction.conjuncts {
            guard let names = closedNames(of: conjunct) else { continue }
            known.append(
                SchemaSite(
                    made: ["enum": .array(names.map { .string($0) })], .wide, key: "names(\(conjunct.key))"))
        }
        return compare(known, site, deeper: true).map(\.possible)
    }

    private func unmetDependencies(_ values: SchemaValues, _ rules: SchemaSite) -> [SchemaFinding] {
        let isOld = draft(rules.side) == .draft7
        var found: [SchemaFinding] = []
        for keyword in (isOld ? ["dependencies"] : ["dependentRequired", "dependentSchemas", "dependencies"]) as [Text]
        {
            guard let all = rules[keyword] else { continue }
            if values.say([keyword], of: rules, isSame) { continue }
            for name in all.names {
                guard let site = all[name], !isImpossible(known(schemas(of: name, values))) else { continue }
                if let names = site.tree.names {
                    for needed in names where !values.facts.required.contains(needed) {
                        found.append(
                            SchemaFinding(
                                rules, keyword, subject: "beside \(Self.shown(name)), \(Self.shown(needed))",
                                "optional", "required", false))
                    }
                } else {
                    let present = SchemaSite(
                        made: ["type": .string("object"), "required": .array([.string(name)])], .wide,
                        key: "r\(name.string)")
                    found += compare(values.sites + [present], site).map(\.possible)
                }
            }
        }
        return found
    }
}

extension SchemaFinding {
    /// This, but not for sure.
    var possible: Self {
        var finding = self
        finding.isCertain = false
        return finding
    }
}
