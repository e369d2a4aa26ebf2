import JSON

extension SchemaParts {
    /// Refuses references that lead back to where they began without a step into the value: no check of them would end.
    /// References that are dynamic may do so too, and are bounded when checking.
    func refuseCircles(_ library: SchemaLibrary) throws(SchemaFault) {
        enum State { case new, open, done }
        var states = [State](repeating: .new, count: schemas.count)
        for start in schemas.indices where states[start] == .new {
            var path: [(schema: Int, next: [Int])] = [(start, inPlace(start))]
            states[start] = .open
            while let last = path.indices.last {
                guard let next = path[last].next.popLast() else {
                    states[path[last].schema] = .done
                    path.removeLast()
                    continue
                }
                switch states[next] {
                case .done: continue
                case .open:
                    let schema = schemas[next]
                    throw library.fault(
                        Int(schema.document), Int(schema.node),
                        "the schema refers to itself without a step into the value, so no check would end")
                case .new:
                    states[next] = .open
                    path.append((next, inPlace(next)))
                }
            }
        }
    }

    /// The schemas that a schema applies to the very value it is for.
    private func inPlace(_ number: Int) -> [Int] {
        let schema = schemas[number]
        var found: [Int32] = []
        for rule in rules[Int(schema.start)..<Int(schema.end)] {
            switch rule.operation {
            case .reference, .not, .dependentSchema: found.append(rule.a)
            case .dynamicReference: if rule.b < 0 { found.append(rule.a) }
            case .allOf, .anyOf, .oneOf: found += lists[Int(rule.a)..<Int(rule.a + rule.b)]
            case .condition: found += [rule.a, rule.b, rule.c].filter { $0 >= 0 }
            case .constant, .enumeration, .oneOfNames, .minimum, .exclusiveMinimum, .maximum, .exclusiveMaximum,
                .multipleOf,
                .minLength, .maxLength, .pattern, .format, .minProperties, .maxProperties, .members, .propertyNames,
                .dependentRequired, .minItems, .maxItems, .uniqueItems, .elements, .contains,
                .unevaluatedProperties, .unevaluatedItems:
                break
            }
        }
        return found.map(Int.init)
    }

    /// A schema that only refers to another stands for it. Where references are dynamic the way there counts, so it is
    /// kept.
    mutating func shortenReferences(isDynamic: Bool) {
        guard !isDynamic else { return }
        for number in schemas.indices where schemas[number].alias < 0 {
            var chain = [number]
            var target = number
            // No circle is left, so this ends.
            while let next = onlyReference(target) {
                target = schemas[next].alias >= 0 ? Int(schemas[next].alias) : next
                chain.append(target)
            }
            for schema in chain.dropLast() { schemas[schema].alias = Int32(target) }
        }
    }

    private func onlyReference(_ number: Int) -> Int? {
        let schema = schemas[number]
        guard schema.types == CompiledSchema.anyType, schema.end == schema.start + 1 else { return nil }
        let rule = rules[Int(schema.start)]
        guard rule.operation == .reference || rule.operation == .dynamicReference && rule.b < 0 else { return nil }
        return Int(rule.a)
    }
}
