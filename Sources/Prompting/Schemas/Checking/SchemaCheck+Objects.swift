import JSON

extension SchemaCheck {
    mutating func applyObject(_ at: Int, _ schema: Int, _ node: Int) -> Bool {
        let rule = rules[at]
        switch rule.operation {
        case .members: return checkMembers(Int(rule.a), schema, node)
        case .minProperties: if Int64(nodes[node].count) >= rule.value { return true }
        case .maxProperties: if Int64(nodes[node].count) <= rule.value { return true }
        case .propertyNames:
            guard spend(Int(nodes[node].count) / 4) else { return false }
            var isValid = true
            var key = node + 1
            for _ in 0..<nodes[node].count {
                if !quietly(rule.a, key) {
                    note(schema, key, .propertyNames)
                    if !isReporting { return false }
                    isValid = false
                }
                key = Int(nodes[key + 1].next)
            }
            return isValid
        case .dependentRequired: return member(rule.c, of: node) < 0 || requires(rule, of: node, schema)
        case .dependentSchema: return member(rule.b, of: node) < 0 || check(Int(rule.a), node)
        case _: return true
        }
        note(schema, node, rule.keyword, at)
        return false
    }

    /// Whether all listed names are there.
    private mutating func requires(_ rule: SchemaRule, of node: Int, _ schema: Int) -> Bool {
        var isValid = true
        for index in Int(rule.a)..<Int(rule.a + rule.b) where member(lists[index], of: node) < 0 {
            note(schema, node, rule.keyword, Int(lists[index]))
            if !isReporting { return false }
            isValid = false
        }
        return isValid
    }

    /// The value of the first member of that name; -1 where there is none.
    mutating func member(_ name: Int32, of node: Int) -> Int {
        guard spend() else { return -1 }
        let range = nameRanges[Int(name)]
        var key = node + 1
        for _ in 0..<nodes[node].count {
            guard spend(1 + weight(key)) else { return -1 }
            if isNamed(key, range) { return key + 1 }
            key = Int(nodes[key + 1].next)
        }
        return -1
    }

    private mutating func checkMembers(_ number: Int, _ schema: Int, _ node: Int) -> Bool {
        let table = tables[number]
        guard table.moreCount == 0 || spend(Int(table.entryCount) / 8) else { return false }
        var isValid = true
        var seen: UInt64 = 0
        /// Of the entries beyond the 64th, where some of them must be there.
        var seenMore = table.moreCount > 0 ? [Bool](repeating: false, count: Int(table.entryCount)) : []
        /// Members often come in the schema's order: the entry after the last one found is tried first.
        var expected = Int(table.entryStart)
        var key = node + 1
        for _ in 0..<nodes[node].count {
            guard spend(1 + weight(key)) else { return false }
            let value = key + 1
            let entry = find(key, table, &expected)
            var applied: Int32 = -1
            if entry >= 0 {
                let place = entry - Int(table.entryStart)
                if place < UInt64.bitWidth {
                    seen |= 1 << UInt64(place)
                } else if table.moreCount > 0 {
                    seenMore[place] = true
                }
                applied = entries[entry].schema
                if applied > 0, !check(Int(applied), value) {
                    if !isReporting { return false }
                    isValid = false
                }
            }
            if table.patternCount > 0 {
                for index in 0..<Int(table.patternCount) {
                    let place = Int(table.patternStart) + 2 * index
                    guard matches(lists[place], key) else { continue }
                    applied = lists[place + 1]
                    if !check(Int(applied), value) {
                        if !isReporting { return false }
                        isValid = false
                    }
                }
            }
            if applied < 0, table.additional > 0 {
                if table.additional == SchemaProgram.nothing {
                    note(schema, value, .additionalProperties)
                    if !isReporting { return false }
                    isValid = false
                } else if !check(Int(table.additional), value) {
                    if !isReporting { return false }
                    isValid = false
                }
            }
            key = Int(nodes[value].next)
        }
        let missing = table.required & ~seen
        if missing == 0, table.moreCount == 0 { return isValid }
        var isWhole = missing == 0
        for index in Int(table.moreStart)..<Int(table.moreStart + table.moreCount) where !seenMore[Int(lists[index])] {
            isWhole = false
            noteMissing(Int(lists[index]), table, schema, node)
        }
        if isReporting {
            for place in 0..<min(64, Int(table.entryCount)) where missing & (1 << UInt64(place)) != 0 {
                noteMissing(place, table, schema, node)
            }
        }
        return isWhole && isValid
    }

    private mutating func noteMissing(_ place: Int, _ table: MemberTable, _ schema: Int, _ node: Int) {
        note(schema, node, .required, Int(entries[Int(table.entryStart) + place].name))
    }

    /// The entry of a table that a key names; -1 where there is none.
    @inline(__always)
    mutating func find(_ key: Int, _ table: MemberTable, _ expected: inout Int) -> Int {
        let end = Int(table.entryStart + table.entryCount)
        if expected < end, isNamed(key, expected) {
            expected += 1
            return expected - 1
        }
        let found = search(key, table)
        if found >= 0 { expected = found + 1 }
        return found
    }

    @inline(__always)
    private func isNamed(_ key: Int, _ entry: Int) -> Bool {
        let entry = entries[entry]
        return isNamed(key, NameRange(start: entry.nameStart, count: entry.nameCount))
    }

    private mutating func search(_ key: Int, _ table: MemberTable) -> Int {
        guard nodes[key].isPlain else { return searchEscaped(key, table) }
        guard table.slotCount > 0 else {
            guard spend(Int(table.entryCount) / 4) else { return -1 }
            for entry in Int(table.entryStart)..<Int(table.entryStart + table.entryCount) where isNamed(key, entry) {
                return entry
            }
            return -1
        }
        let contents = tape.contents(of: key)
        let mask = Int(table.slotCount) - 1
        var slot = MemberTable.hash(tape.document, contents.lowerBound, contents.count) & mask
        // At most half of the slots are taken.
        while case let entry = Int(program.slots[Int(table.slotStart) + slot]), entry >= 0 {
            if isNamed(key, entry) { return entry }
            guard spend() else { return -1 }
            slot = (slot + 1) & mask
        }
        return -1
    }

    /// Decodes the key once, and goes through all entries.
    private mutating func searchEscaped(_ key: Int, _ table: MemberTable) -> Int {
        guard spend(weight(key) + Int(table.entryCount) / 4) else { return -1 }
        let name = tape.decoded(key)
        for place in Int(table.entryStart)..<Int(table.entryStart + table.entryCount) {
            let entry = entries[place]
            guard Int(entry.nameCount) == name.count else { continue }
            if names[Int(entry.nameStart)..<Int(entry.nameStart + entry.nameCount)].elementsEqual(name) { return place }
        }
        return -1
    }
}
