import JSON

extension SchemaCheck {
    /// Whether a node of the value at hand and one of a tape say the same: numbers by value, objects without order.
    /// The depth of a checked document bounds the recursion.
    mutating func equals(_ node: Int, _ other: Int, of tape: JSONTape) -> Bool {
        guard spend(), nodes[node].kindCode == tape.nodes[other].kindCode else { return false }
        switch nodes[node].kind {
        case .null: return true
        case .bool: return self.tape.bool(node) == tape.bool(other)
        case .string:
            let contents = tape.contents(of: other)
            let written = self.tape.contents(of: node).count
            // An escape takes up to six bytes for one.
            guard written <= 6 * contents.count, contents.count <= 6 * written,
                spend((written + contents.count) / 16)
            else { return false }
            if tape.nodes[other].isPlain {
                return self.tape.isString(node, tape.document, contents.lowerBound, contents.count)
            }
            return self.tape.isString(node, tape.decoded(other))
        case .number:
            if nodes[node].isSmallInteger && tape.nodes[other].isSmallInteger {
                return self.tape.smallInteger(node) == tape.smallInteger(other)
            }
            guard spend(weight(node) + tape.bytes(of: other).count / 16) else { return false }
            return JSONNumber(self.tape.document[self.tape.bytes(of: node)])
                == JSONNumber(tape.document[tape.bytes(of: other)])
        case .array:
            guard nodes[node].count == tape.nodes[other].count else { return false }
            var (one, two) = (node + 1, other + 1)
            for _ in 0..<nodes[node].count {
                if !equals(one, two, of: tape) { return false }
                one = Int(nodes[one].next)
                two = Int(tape.nodes[two].next)
            }
            return true
        case .object:
            guard nodes[node].count == tape.nodes[other].count else { return false }
            var key = node + 1
            /// Members mostly stand in the same order.
            var expected = other + 1
            var isInOrder = true
            for _ in 0..<nodes[node].count {
                guard let found = find(key, in: other, of: tape, expected) else { return false }
                if !equals(key + 1, found + 1, of: tape) { return false }
                if found != expected { isInOrder = false }
                expected = Int(tape.nodes[found + 1].next)
                key = Int(nodes[key + 1].next)
            }
            return isInOrder || hasAllNames(of: other, of: tape, in: node)
        }
    }

    /// Whether an object has each name that one of a tape has: a name that stands twice in it is no second one.
    private mutating func hasAllNames(of other: Int, of tape: JSONTape, in node: Int) -> Bool {
        var key = other + 1
        for _ in 0..<tape.nodes[other].count {
            var candidate = node + 1
            while candidate < Int(nodes[node].next), !equals(candidate, key, of: tape) {
                guard spend() else { return false }
                candidate = Int(nodes[candidate + 1].next)
            }
            guard candidate < Int(nodes[node].next) else { return false }
            key = Int(tape.nodes[key + 1].next)
        }
        return true
    }

    /// The first key of an object of a tape that says what a key of the value at hand says.
    private mutating func find(_ key: Int, in object: Int, of tape: JSONTape, _ expected: Int) -> Int? {
        let end = Int(tape.nodes[object].next)
        if expected < end, equals(key, expected, of: tape) { return expected }
        var candidate = object + 1
        while candidate < end {
            guard spend() else { return nil }
            if equals(key, candidate, of: tape) { return candidate }
            candidate = Int(tape.nodes[candidate + 1].next)
        }
        return nil
    }
}

extension JSONTape {
    /// Equal values have equal hashes: numbers by value, objects without order. The seed is the process's own, so nobody
    /// can choose values that collide. The depth of a checked document bounds the recursion.
    func hash(of node: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(nodes[node].kindCode)
        switch kind(node) {
        case .null: break
        case .bool: hasher.combine(bool(node))
        case .number:
            if nodes[node].isSmallInteger {
                hasher.combine(smallInteger(node))
            } else {
                let number = JSONNumber(document[bytes(of: node)])
                if let integer = number.int64 { hasher.combine(integer) } else { hasher.combine(number) }
            }
        case .string: withDecoded(node) { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .array: for element in elements(of: node) { hasher.combine(hash(of: element)) }
        case .object:
            // A sum does not depend on the order.
            var sum = 0
            for (key, value) in members(of: node) {
                var member = Hasher()
                member.combine(hash(of: key))
                member.combine(hash(of: value))
                sum &+= member.finalize()
            }
            hasher.combine(sum)
        }
        return hasher.finalize()
    }
}
