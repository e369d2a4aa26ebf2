import JSON

extension SchemaCheck {
    /// A rule of values of every kind.
    mutating func applyGeneral(_ at: Int, _ schema: Int, _ node: Int) -> Bool {
        let rule = rules[at]
        switch rule.operation {
        case .reference: return check(Int(rule.a), node)
        case .dynamicReference: return check(Int(target(of: rule)), node)
        case .allOf:
            var isValid = true
            for index in Int(rule.a)..<Int(rule.a + rule.b) where !check(Int(lists[index]), node) {
                if !isReporting { return false }
                isValid = false
            }
            return isValid
        case .condition:
            let isMet = quietly(rule.a, node)
            let next = isMet ? rule.b : rule.c
            return next < 0 || check(Int(next), node)
        case .anyOf:
            for index in Int(rule.a)..<Int(rule.a + rule.b) where quietly(lists[index], node) { return true }
        case .oneOf:
            var count = 0
            for index in Int(rule.a)..<Int(rule.a + rule.b) where quietly(lists[index], node) {
                count += 1
                if count > 1 { break }
            }
            if count == 1 { return true }
        case .not: if !quietly(rule.a, node) { return true }
        case .constant:
            if equals(node, Int(rule.b), of: program.documents[Int(rule.a)].tape) { return true }
        case .oneOfNames:
            if nodes[node].kindCode == 2 {
                for index in Int(rule.a)..<Int(rule.a + rule.b) {
                    if isNamed(node, nameRanges[Int(lists[index])]) { return true }
                }
            }
        case .enumeration: if isListed(node, program.enumerations[Int(rule.a)]) { return true }
        case .minimum, .exclusiveMinimum, .maximum, .exclusiveMaximum, .multipleOf, .minLength, .maxLength, .pattern,
            .format, .minProperties, .maxProperties, .members, .required, .propertyNames, .dependentRequired,
            .dependentSchema, .minItems, .maxItems, .uniqueItems, .elements, .contains, .unevaluatedProperties,
            .unevaluatedItems:
            return true
        }
        note(schema, node, rule.keyword, at)
        return false
    }

    /// Where a dynamic reference leads: to the outermost schema of its name that the check came through.
    mutating func target(of rule: SchemaRule) -> Int32 {
        guard rule.b >= 0 else { return rule.a }
        for resource in scope {
            _ = spend()
            if let target = program.dynamicTargets[DynamicAnchor(name: rule.b, resource: resource)] { return target }
        }
        return rule.a
    }

    private mutating func isListed(_ node: Int, _ values: SchemaEnumeration) -> Bool {
        let tape = program.documents[Int(values.document)].tape
        guard values.values.count > SchemaEnumeration.fewValues else {
            for value in values.values where equals(node, Int(value.node), of: tape) { return true }
            return false
        }
        guard spend(Int(nodes[node].next) - node) else { return false }
        let hash = self.tape.hash(of: node)
        var lower = 0
        var upper = values.values.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if values.values[middle].hash < hash { lower = middle + 1 } else { upper = middle }
        }
        while lower < values.values.count, values.values[lower].hash == hash {
            if equals(node, Int(values.values[lower].node), of: tape) { return true }
            lower += 1
        }
        return false
    }
}
