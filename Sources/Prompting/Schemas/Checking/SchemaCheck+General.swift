import JSON

extension SchemaCheck {
    /// A rule of values of every kind.
    mutating func applyGeneral(_ at: Int, _ schema: Int, _ node: Int) -> Bool {
        let rule = rules[at]
        switch rule.operation {
        case .reference: return check(Int(rule.a), node)
        case .dynamicReference: return check(Int(target(of: rule)), node)
        case .allOf: return applyAll(rule.a, rule.b, node)
        case .condition: return applyCondition(rule, node)
        case .anyOf: if countFitting(rule.a, rule.b, node, atMost: 1) == 1 { return true }
        case .oneOf: if countFitting(rule.a, rule.b, node, atMost: 2) == 1 { return true }
        case .not: if !quietly(rule.a, node) { return true }
        case _: if isValue(rule, node) { return true }
        }
        note(schema, node, rule.keyword, at)
        return false
    }

    private mutating func applyAll(_ start: Int32, _ count: Int32, _ node: Int) -> Bool {
        guard spend(Int(count) / 8) else { return false }
        var isValid = true
        var index = start
        while index < start + count {
            if !check(Int(lists[Int(index)]), node) {
                if !isReporting { return false }
                isValid = false
            }
            index += 1
        }
        return isValid
    }

    private mutating func applyCondition(_ rule: SchemaRule, _ node: Int) -> Bool {
        let next = quietly(rule.a, node) ? rule.b : rule.c
        return next < 0 || check(Int(next), node)
    }

    /// How many of the listed schemas a value fits, counted only so far.
    private mutating func countFitting(_ start: Int32, _ listed: Int32, _ node: Int, atMost: Int) -> Int {
        var count = 0
        var index = start
        while index < start + listed, count < atMost {
            if quietly(lists[Int(index)], node) { count += 1 }
            index += 1
        }
        return count
    }

    /// `const`, `enum`.
    private mutating func isValue(_ rule: SchemaRule, _ node: Int) -> Bool {
        switch rule.operation {
        case .constant: return equals(node, Int(rule.b), of: program.documents[Int(rule.a)].tape)
        case .enumeration: return isListed(node, program.enumerations[Int(rule.a)])
        case .oneOfNames:
            guard nodes[node].kindCode == 2, spend(weight(node)) else { return false }
            for index in Int(rule.a)..<Int(rule.a + rule.b) where isNamed(node, nameRanges[Int(lists[index])]) {
                return true
            }
            return false
        case _: return true
        }
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
        guard spend(Int(nodes[node].next) - node + weight(node)) else { return false }
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
