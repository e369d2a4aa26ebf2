import JSON

extension SchemaCompiler {
    // MARK: - Objects

    mutating func writeObject(_ source: Source, _ all: inout Rules) throws(SchemaFault) {
        let place = source.place
        for (keyword, operation): (SchemaKeyword, SchemaRule.Operation) in [
            (.minProperties, .minProperties), (.maxProperties, .maxProperties),
        ] {
            if let count = count(keyword, source) {
                all.object.append(SchemaRule(operation: operation, keyword: keyword, value: count))
            }
        }
        try writeMembers(source, &all.object)
        if let value = source.fields[.propertyNames] {
            all.object.append(
                SchemaRule(operation: .propertyNames, keyword: .propertyNames, a: try subschema(value, of: place)))
        }
        for keyword: SchemaKeyword in [.dependentRequired, .dependentSchemas, .dependencies] {
            guard let value = source.fields[keyword] else { continue }
            for (key, dependent) in source.tape.members(of: value) {
                let name = name(source.tape.decoded(key))
                if source.tape.kind(dependent) == .array, keyword != .dependentSchemas {
                    let (start, count) = list(names(dependent, source))
                    all.object.append(
                        SchemaRule(operation: .dependentRequired, keyword: keyword, a: start, b: count, c: name))
                } else {
                    all.object.append(
                        SchemaRule(
                            operation: .dependentSchema, keyword: keyword, a: try subschema(dependent, of: place),
                            b: name))
                }
            }
        }
        if let value = source.fields[.unevaluatedProperties] {
            all.unevaluated.append(
                SchemaRule(
                    operation: .unevaluatedProperties, keyword: .unevaluatedProperties,
                    a: try subschema(value, of: place)))
        }
    }

    private mutating func names(_ array: Int, _ source: Source) -> [Int32] {
        var seen: Set<Int32> = []
        return source.tape.elements(of: array).map { name(source.tape.decoded($0)) }.filter { seen.insert($0).inserted }
    }

    /// `properties`, `patternProperties`, `additionalProperties` and `required` in one.
    private mutating func writeMembers(_ source: Source, _ rules: inout [SchemaRule]) throws(SchemaFault) {
        let (fields, tape, place) = (source.fields, source.tape, source.place)
        var entries: [MemberEntry] = []
        var known: [Int32: Int] = [:]
        func entry(_ name: Int32, schema: Int32) -> MemberEntry {
            let range = parts.nameRanges[Int(name)]
            return MemberEntry(nameStart: range.start, nameCount: range.count, schema: schema, name: name)
        }
        if let value = fields[.properties] {
            for (key, property) in tape.members(of: value) {
                let name = name(tape.decoded(key))
                let schema = try subschema(property, of: place)
                guard known[name] == nil else { continue }
                known[name] = entries.count
                entries.append(entry(name, schema: schema))
            }
        }
        var table = MemberTable()
        var more: [Int32] = []
        for name in fields[.required].map({ names($0, source) }) ?? [] {
            let place = known[name] ?? entries.count
            if place == entries.count {
                known[name] = place
                entries.append(entry(name, schema: -1))
            }
            if place < UInt64.bitWidth { table.required |= 1 << UInt64(place) } else { more.append(Int32(place)) }
        }
        var patterns: [Int32] = []
        if let value = fields[.patternProperties] {
            for (key, property) in tape.members(of: value) {
                patterns.append(try pattern(key, place))
                patterns.append(try subschema(property, of: place))
            }
        }
        if let value = fields[.additionalProperties] { table.additional = try subschema(value, of: place) }
        if !entries.isEmpty || !patterns.isEmpty || table.additional >= 0 {
            (table.patternStart, table.patternCount) = list(patterns)
            table.patternCount /= 2
            (table.moreStart, table.moreCount) = list(more)
            table.entryStart = Int32(parts.entries.count)
            table.entryCount = Int32(entries.count)
            parts.entries += entries
            parts.addSlots(to: &table)
            let number = Int32(parts.tables.count)
            parts.tables.append(table)
            rules.append(SchemaRule(operation: .members, keyword: .properties, a: number))
        }
    }

    // MARK: - Arrays

    mutating func writeArray(_ source: Source, _ all: inout Rules) throws(SchemaFault) {
        let (fields, place) = (source.fields, source.place)
        for (keyword, operation): (SchemaKeyword, SchemaRule.Operation) in [
            (.minItems, .minItems), (.maxItems, .maxItems),
        ] {
            if let count = count(keyword, source) {
                all.array.append(SchemaRule(operation: operation, keyword: keyword, value: count))
            }
        }
        var prefix: [Int32] = []
        var rest: Int32 = -1
        var keyword = SchemaKeyword.items
        let items = fields[.items]
        let isPrefix = items.map { source.tape.kind($0) == .array && source.dialect.draft == .draft7 } == true
        if let value = isPrefix ? items : fields[.prefixItems] {
            for element in source.tape.elements(of: value) { prefix.append(try subschema(element, of: place)) }
        }
        if isPrefix {
            keyword = .additionalItems
            if let value = fields[.additionalItems] { rest = try subschema(value, of: place) }
        } else if let items {
            rest = try subschema(items, of: place)
        }
        if !prefix.isEmpty || rest >= 0 {
            let (start, count) = list(prefix)
            all.array.append(SchemaRule(operation: .elements, keyword: keyword, a: start, b: count, c: rest))
        }
        if let value = fields[.uniqueItems], source.tape.bool(value) == true {
            all.array.append(SchemaRule(operation: .uniqueItems, keyword: .uniqueItems))
        }
        if let value = fields[.contains] {
            let least = min(count(.minContains, source) ?? 1, Int64(Int32.max))
            all.array.append(
                SchemaRule(
                    operation: .contains, keyword: .contains, a: try subschema(value, of: place), b: Int32(least),
                    value: count(.maxContains, source) ?? .max))
        }
        if let value = fields[.unevaluatedItems] {
            all.unevaluated.append(
                SchemaRule(
                    operation: .unevaluatedItems, keyword: .unevaluatedItems, a: try subschema(value, of: place)))
        }
    }
}

extension SchemaParts {
    /// Tables of up to this many entries are searched from end to end.
    private static let fewEntries = 8

    mutating func addSlots(to table: inout MemberTable) {
        guard table.entryCount > Self.fewEntries else { return }
        var count = 16
        while count < 2 * Int(table.entryCount) { count *= 2 }
        table.slotStart = Int32(slots.count)
        table.slotCount = Int32(count)
        slots += [Int32](repeating: -1, count: count)
        for entry in Int(table.entryStart)..<Int(table.entryStart + table.entryCount) {
            let name = entries[entry]
            var slot = MemberTable.hash(names, Int(name.nameStart), Int(name.nameCount)) & (count - 1)
            while slots[Int(table.slotStart) + slot] >= 0 { slot = (slot + 1) & (count - 1) }
            slots[Int(table.slotStart) + slot] = Int32(entry)
        }
    }
}

extension MemberTable {
    /// Of a name's bytes: cheap, and good enough for the names of one schema, which its author chose.
    @inline(__always)
    static func hash(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
        var hash = UInt32(truncatingIfNeeded: count) &* 0x9E37_79B1
        var at = start
        let end = start + min(count, 32)
        while at < end {
            hash = (hash ^ UInt32(bytes[at])) &* 0x0100_0193
            at += 1
        }
        return Int(hash ^ hash >> 15)
    }
}
