import JSON

extension SchemaCompiler {
    /// The rules of one schema, by what they apply to.
    struct Rules {
        var general: [SchemaRule] = []
        var number: [SchemaRule] = []
        var string: [SchemaRule] = []
        var object: [SchemaRule] = []
        var array: [SchemaRule] = []
        var unevaluated: [SchemaRule] = []
    }

    /// One schema while its rules are written.
    struct Source {
        let place: Place
        let tape: JSONTape
        let dialect: SchemaDialect
        let fields: SchemaFields
    }

    /// Compiles a schema object into its number.
    mutating func write(_ number: Int, _ place: Place) throws(SchemaFault) {
        let tape = library.documents[place.document].tape
        let dialect = library.resources[place.resource].dialect
        let fields = try SchemaFields(place.node, in: tape, dialect) { fault(place, $0, $1) }
        let source = Source(place: place, tape: tape, dialect: dialect, fields: fields)
        var rules = Rules()
        try writeGeneral(source, &rules.general)
        writeNumber(source, &rules.number)
        try writeString(source, &rules.string)
        try writeObject(source, &rules)
        try writeArray(source, &rules)
        try writeUnused(source)

        var schema = CompiledSchema(
            types: types(source), document: Int32(place.document), node: Int32(place.node),
            resource: Int32(place.resource))
        schema.start = Int32(parts.rules.count)
        parts.rules += rules.general
        schema.numberStart = Int32(parts.rules.count)
        parts.rules += rules.number
        schema.stringStart = Int32(parts.rules.count)
        parts.rules += rules.string
        schema.objectStart = Int32(parts.rules.count)
        parts.rules += rules.object
        schema.arrayStart = Int32(parts.rules.count)
        parts.rules += rules.array
        schema.unevaluatedStart = Int32(parts.rules.count)
        parts.rules += rules.unevaluated
        schema.end = Int32(parts.rules.count)
        parts.schemas[number] = schema
    }

    /// What no rule uses is compiled all the same where it is the user's own, so that its faults are found.
    private mutating func writeUnused(_ source: Source) throws(SchemaFault) {
        guard source.place.document == 0 else { return }
        for child in source.tape.subschemas(of: source.place.node, in: source.dialect) {
            // Beside a draft-07 reference only definitions count.
            if source.dialect.draft == .draft7, source.fields[.ref] != nil,
                source.fields[.definitions].map({ $0 < child && child < Int(source.tape.nodes[$0].next) }) != true
            {
                continue
            }
            _ = try subschema(child, of: source.place)
        }
    }

    private func types(_ source: Source) -> UInt8 {
        guard let value = source.fields[.type] else { return CompiledSchema.anyType }
        let names = source.tape.kind(value) == .string ? [value] : Array(source.tape.elements(of: value))
        var types: UInt8 = 0
        for name in names {
            switch source.tape.string(name) {
            case "object": types |= 1 << 0
            case "array": types |= 1 << 1
            case "string": types |= 1 << 2
            case "number": types |= CompiledSchema.numberType | CompiledSchema.integerType
            case "boolean": types |= 1 << 4
            case "null": types |= 1 << 5
            case _: types |= CompiledSchema.integerType
            }
        }
        return types
    }

    // MARK: - Values of every kind

    private mutating func writeGeneral(_ source: Source, _ rules: inout [SchemaRule]) throws(SchemaFault) {
        let (fields, place) = (source.fields, source.place)
        if let value = fields[.const] {
            rules.append(
                SchemaRule(operation: .constant, keyword: .const, a: Int32(place.document), b: Int32(value)))
        }
        if let value = fields[.enum] { rules.append(enumeration(value, source)) }
        if let value = fields[.ref] {
            let target = try library.resolve(
                source.tape.string(value), from: place.resource, place: (place.document, value))
            rules.append(SchemaRule(operation: .reference, keyword: .ref, a: try schema(target)))
        }
        if let value = fields[.dynamicRef] {
            let target = try library.resolve(
                source.tape.string(value), from: place.resource, place: (place.document, value))
            var rule = SchemaRule(operation: .dynamicReference, keyword: .dynamicRef, a: try schema(target), b: -1)
            if let name = target.name, library.resources[target.resource].dynamicAnchors[name] != nil {
                rule.b = dynamicName(name)
            }
            rules.append(rule)
        }
        for (keyword, operation): (SchemaKeyword, SchemaRule.Operation) in [
            (.allOf, .allOf), (.anyOf, .anyOf), (.oneOf, .oneOf),
        ] {
            guard let value = fields[keyword] else { continue }
            var schemas: [Int32] = []
            for element in source.tape.elements(of: value) { schemas.append(try subschema(element, of: place)) }
            let (start, count) = list(schemas)
            rules.append(SchemaRule(operation: operation, keyword: keyword, a: start, b: count))
        }
        if let value = fields[.not] {
            rules.append(SchemaRule(operation: .not, keyword: .not, a: try subschema(value, of: place)))
        }
        if let condition = fields[.if], fields[.then] != nil || fields[.else] != nil {
            var rule = SchemaRule(
                operation: .condition, keyword: .if, a: try subschema(condition, of: place), b: -1, c: -1)
            if let value = fields[.then] { rule.b = try subschema(value, of: place) }
            if let value = fields[.else] { rule.c = try subschema(value, of: place) }
            rules.append(rule)
        } else if let condition = fields[.if] {
            // It forbids nothing, but says what has been evaluated.
            rules.append(
                SchemaRule(
                    operation: .condition, keyword: .if, a: try subschema(condition, of: place), b: -1, c: -1))
        }
    }

    private mutating func enumeration(_ value: Int, _ source: Source) -> SchemaRule {
        let elements = Array(source.tape.elements(of: value))
        if elements.count <= SchemaEnumeration.fewValues, elements.allSatisfy({ source.tape.kind($0) == .string }) {
            let (start, count) = list(elements.map { name(source.tape.decoded($0)) })
            return SchemaRule(operation: .oneOfNames, keyword: .enum, a: start, b: count)
        }
        var values = elements.map { SchemaEnumeration.Entry(hash: source.tape.hash(of: $0), node: Int32($0)) }
        if values.count > SchemaEnumeration.fewValues { values.sort { $0.hash < $1.hash } }
        parts.enumerations.append(SchemaEnumeration(document: Int32(source.place.document), values: values))
        return SchemaRule(operation: .enumeration, keyword: .enum, a: Int32(parts.enumerations.count - 1))
    }

    private mutating func schema(_ target: SchemaLibrary.Target) throws(SchemaFault) -> Int32 {
        Int32(try schema(Place(document: target.document, node: target.node, resource: target.resource)))
    }

    // MARK: - Numbers and strings

    private mutating func writeNumber(_ source: Source, _ rules: inout [SchemaRule]) {
        for (keyword, operation): (SchemaKeyword, SchemaRule.Operation) in [
            (.minimum, .minimum), (.exclusiveMinimum, .exclusiveMinimum), (.maximum, .maximum),
            (.exclusiveMaximum, .exclusiveMaximum), (.multipleOf, .multipleOf),
        ] {
            guard let value = source.fields[keyword] else { continue }
            let number = JSONNumber(source.tape.document[source.tape.bytes(of: value)])
            let integer = number.int64
            rules.append(
                SchemaRule(
                    operation: operation, keyword: keyword, a: Int32(parts.numbers.count), b: integer == nil ? 0 : 1,
                    value: integer ?? 0))
            parts.numbers.append(number)
        }
    }

    private mutating func writeString(_ source: Source, _ rules: inout [SchemaRule]) throws(SchemaFault) {
        for (keyword, operation): (SchemaKeyword, SchemaRule.Operation) in [
            (.minLength, .minLength), (.maxLength, .maxLength),
        ] {
            if let count = count(keyword, source) {
                rules.append(SchemaRule(operation: operation, keyword: keyword, value: count))
            }
        }
        if let value = source.fields[.pattern] {
            rules.append(
                SchemaRule(operation: .pattern, keyword: .pattern, a: try pattern(value, source.place), b: Int32(value))
            )
        }
        if source.dialect.assertsFormats, let value = source.fields[.format],
            let format = StringFormat(rawValue: source.tape.string(value))
        {
            rules.append(SchemaRule(operation: .format, keyword: .format, a: Int32(format.number)))
        }
    }

    /// A keyword's value that is a count; one beyond 64 bits is as good as the largest.
    func count(_ keyword: SchemaKeyword, _ source: Source) -> Int64? {
        source.fields[keyword].map {
            JSONNumber(source.tape.document[source.tape.bytes(of: $0)]).int64 ?? .max
        }
    }
}
