import JSON

extension SchemaCheck {
    mutating func applyNumber(_ rule: SchemaRule, _ node: Int) -> Bool {
        if nodes[node].isSmallInteger, rule.b != 0 {
            let number = tape.smallInteger(node)
            switch rule.operation {
            case .minimum: return number >= rule.value
            case .exclusiveMinimum: return number > rule.value
            case .maximum: return number <= rule.value
            case .exclusiveMaximum: return number < rule.value
            case _: return number % rule.value == 0
            }
        }
        guard spend((tape.bytes(of: node).count + 15) / 16) else { return false }
        let number = JSONNumber(tape.document[tape.bytes(of: node)])
        let bound = program.numbers[Int(rule.a)]
        switch rule.operation {
        case .minimum: return number >= bound
        case .exclusiveMinimum: return number > bound
        case .maximum: return number <= bound
        case .exclusiveMaximum: return number < bound
        case _: return number.isMultiple(of: bound)
        }
    }

    mutating func applyString(_ rule: SchemaRule, _ node: Int) -> Bool {
        switch rule.operation {
        case .minLength: return isAtLeast(rule.value, node)
        case .maxLength: return rule.value == .max || !isAtLeast(rule.value + 1, node)
        case .pattern: return matches(rule.a, node)
        case .format:
            guard spend(1 + tape.bytes(of: node).count / 16) else { return false }
            return tape.withDecoded(node) { unsafe StringFormat.numbered(Int(rule.a)).accepts($0) }
        case _: return true
        }
    }

    /// Whether a string has that many code points.
    private mutating func isAtLeast(_ count: Int64, _ node: Int) -> Bool {
        if nodes[node].isPlain {
            // A code point takes one byte to four, which decides most cases.
            let bytes = Int64(tape.contents(of: node).count)
            if bytes < count { return false }
            if (bytes + 3) / 4 >= count { return true }
        }
        guard spend(1 + tape.bytes(of: node).count / 16) else { return false }
        return tape.withDecoded(node) { bytes in
            var points: Int64 = 0
            // A code point begins at every byte that continues none.
            for byte in bytes where byte & 0xC0 != 0x80 { points += 1 }
            return points >= count
        }
    }

    mutating func matches(_ pattern: Int32, _ node: Int) -> Bool {
        let expression = program.patterns[Int(pattern)]
        // Where the automaton does not fit its memory, each byte goes through all of the program.
        guard spend((1 + weight(node)) * (1 + expression.size / 64)) else { return false }
        return tape.withDecoded(node) { unsafe expression.matches($0) }
    }
}
