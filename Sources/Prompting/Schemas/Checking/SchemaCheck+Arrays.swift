import JSON

extension SchemaCheck {
    mutating func applyArray(_ at: Int, _ schema: Int, _ node: Int) -> Bool {
        let rule = rules[at]
        switch rule.operation {
        case .elements: return checkElements(rule, schema, node)
        case .minItems: if Int64(nodes[node].count) >= rule.value { return true }
        case .maxItems: if Int64(nodes[node].count) <= rule.value { return true }
        case .uniqueItems: if areUnique(node) { return true }
        case .contains:
            let count = countMatching(rule, node)
            if count < Int64(rule.b) {
                // At least one is asked for by the keyword itself, any other number by another.
                note(schema, node, rule.b == 1 ? .contains : .minContains, at)
                return false
            }
            if count <= rule.value { return true }
            note(schema, node, .maxContains, at)
            return false
        case _: return true
        }
        note(schema, node, rule.keyword, at)
        return false
    }

    private mutating func checkElements(_ rule: SchemaRule, _ schema: Int, _ node: Int) -> Bool {
        let count = Int(nodes[node].count)
        let prefix = min(count, Int(rule.b))
        guard spend(prefix / 4) else { return false }
        var isValid = true
        var element = node + 1
        for index in 0..<prefix {
            if !check(Int(lists[Int(rule.a) + index]), element) {
                if !isReporting { return false }
                isValid = false
            }
            element = Int(nodes[element].next)
        }
        guard rule.c > 0, prefix < count else { return isValid }
        for _ in prefix..<count {
            guard spend() else { return false }
            if rule.c == SchemaProgram.nothing {
                note(schema, element, rule.keyword)
                if !isReporting { return false }
                isValid = false
            } else if !check(Int(rule.c), element) {
                if !isReporting { return false }
                isValid = false
            }
            element = Int(nodes[element].next)
        }
        return isValid
    }

    /// How many elements fit, counted only as far as it matters.
    private mutating func countMatching(_ rule: SchemaRule, _ node: Int) -> Int64 {
        var count: Int64 = 0
        var element = node + 1
        for _ in 0..<nodes[node].count {
            if quietly(rule.a, element) { count += 1 }
            if count > rule.value || count >= Int64(rule.b) && rule.value == .max { break }
            guard spend() else { break }
            element = Int(nodes[element].next)
        }
        return count
    }

    private mutating func areUnique(_ node: Int) -> Bool {
        let count = Int(nodes[node].count)
        if count < 2 { return true }
        if count <= 8 {
            var one = node + 1
            for _ in 1..<count {
                var other = Int(nodes[one].next)
                while other < Int(nodes[node].next) {
                    if equals(one, other, of: tape) { return false }
                    other = Int(nodes[other].next)
                }
                one = Int(nodes[one].next)
            }
            return true
        }
        guard spend(Int(nodes[node].next) - node + weight(node)) else { return false }
        var hashes = tape.elements(of: node).map { (hash: tape.hash(of: $0), element: $0) }
        hashes.sort { $0.hash < $1.hash }
        var start = 0
        for index in hashes.indices {
            if hashes[index].hash != hashes[start].hash { start = index }
            for earlier in start..<index where equals(hashes[index].element, hashes[earlier].element, of: tape) {
                return false
            }
        }
        return true
    }
}
