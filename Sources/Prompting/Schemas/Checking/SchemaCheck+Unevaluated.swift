import JSON

/// Which members or elements of a value some rule has looked at.
struct EvaluatedChildren {
    var isAll = false
    var marks: [Bool]
}

extension SchemaCheck {
    /// `unevaluatedProperties`, `unevaluatedItems`. What was evaluated is found by going once more through the rules,
    /// which all hold by now; only schemas with these keywords pay for it.
    mutating func applyUnevaluated(_ at: Int, _ schema: Int, _ node: Int) -> Bool {
        let rule = rules[at]
        let isObject = nodes[node].kindCode == 0
        guard isObject == (rule.operation == .unevaluatedProperties) else { return true }
        let count = Int(nodes[node].count)
        guard rule.a != SchemaProgram.anything, count > 0, spend(count) else { return !isGivenUp }
        var evaluated = EvaluatedChildren(marks: [Bool](repeating: false, count: count))
        collect(schema, node, &evaluated, isOutermost: true)
        if evaluated.isAll { return true }
        var isValid = true
        var child = node + 1
        for index in 0..<count {
            let value = isObject ? child + 1 : child
            if !evaluated.marks[index] {
                if rule.a == SchemaProgram.nothing {
                    note(schema, value, rule.keyword)
                    isValid = false
                } else if !check(Int(rule.a), value) {
                    isValid = false
                }
                if !isValid && !isReporting { return false }
            }
            child = Int(nodes[value].next)
        }
        return isValid
    }

    /// Marks what a schema that holds has evaluated, itself or through schemas applied in place.
    private mutating func collect(
        _ number: Int, _ node: Int, _ evaluated: inout EvaluatedChildren, isOutermost: Bool = false
    ) {
        guard spend(), !evaluated.isAll else { return }
        guard depth < Self.maximumDepth else { return giveUp() }
        let number = schemas[number].alias >= 0 ? Int(schemas[number].alias) : number
        depth += 1
        let resource = schemas[number].resource
        let isEntering = isDynamic && scope.last != resource
        if isEntering { scope.append(resource) }
        defer {
            depth -= 1
            if isEntering { scope.removeLast() }
        }
        let end = isOutermost ? schemas[number].unevaluatedStart : schemas[number].end
        for at in Int(schemas[number].start)..<Int(end) { collect(rules[at], node, &evaluated) }
    }

    private mutating func collect(_ rule: SchemaRule, _ node: Int, _ evaluated: inout EvaluatedChildren) {
        let isObject = nodes[node].kindCode == 0
        switch rule.operation {
        case .reference: collect(Int(rule.a), node, &evaluated)
        case .dynamicReference: collect(Int(target(of: rule)), node, &evaluated)
        case .allOf:
            for index in Int(rule.a)..<Int(rule.a + rule.b) { collect(Int(lists[index]), node, &evaluated) }
        case .anyOf, .oneOf:
            for index in Int(rule.a)..<Int(rule.a + rule.b) where quietly(lists[index], node) {
                collect(Int(lists[index]), node, &evaluated)
            }
        case .condition:
            if quietly(rule.a, node) {
                collect(Int(rule.a), node, &evaluated)
                if rule.b >= 0 { collect(Int(rule.b), node, &evaluated) }
            } else if rule.c >= 0 {
                collect(Int(rule.c), node, &evaluated)
            }
        case .dependentSchema:
            if isObject, member(rule.b, of: node) >= 0 { collect(Int(rule.a), node, &evaluated) }
        case .members: if isObject { collectMembers(tables[Int(rule.a)], node, &evaluated) }
        case .elements:
            guard nodes[node].kindCode == 1 else { return }
            if rule.c >= 0 { evaluated.isAll = true }
            guard !evaluated.isAll, spend(min(Int(rule.b), Int(nodes[node].count)) / 4) else { return }
            for index in 0..<min(Int(rule.b), Int(nodes[node].count)) { evaluated.marks[index] = true }
        case .contains:
            guard nodes[node].kindCode == 1 else { return }
            var element = node + 1
            for index in 0..<Int(nodes[node].count) {
                guard spend() else { return }
                if !evaluated.marks[index], quietly(rule.a, element) { evaluated.marks[index] = true }
                element = Int(nodes[element].next)
            }
        case .unevaluatedProperties: if isObject { evaluated.isAll = true }
        case .unevaluatedItems: if nodes[node].kindCode == 1 { evaluated.isAll = true }
        case .constant, .enumeration, .oneOfNames, .not, .minimum, .exclusiveMinimum, .maximum, .exclusiveMaximum,
            .multipleOf,
            .minLength, .maxLength, .pattern, .format, .minProperties, .maxProperties, .propertyNames,
            .dependentRequired, .minItems, .maxItems, .uniqueItems:
            break
        }
    }

    private mutating func collectMembers(_ table: MemberTable, _ node: Int, _ evaluated: inout EvaluatedChildren) {
        if table.additional >= 0 {
            evaluated.isAll = true
            return
        }
        var expected = Int(table.entryStart)
        var key = node + 1
        for index in 0..<Int(nodes[node].count) {
            guard spend() else { return }
            if !evaluated.marks[index] {
                let entry = find(key, table, &expected)
                var isKnown = entry >= 0 && entries[entry].schema >= 0
                for place in 0..<Int(table.patternCount) where !isKnown {
                    isKnown = matches(lists[Int(table.patternStart) + 2 * place], key)
                }
                evaluated.marks[index] = isKnown
            }
            key = Int(nodes[key + 1].next)
        }
    }
}
