/// What the values that some schemas all accept have in common: each is at least as loose as the truth.
struct SchemaFacts: Sendable {
    struct Bound: Sendable {
        var number: JSONNumber
        var isExclusive: Bool

        /// Whether every number above (or below) this bound is above (or below) the other.
        func implies(_ other: Bound, isLower: Bool) -> Bool {
            if number == other.number { return isExclusive || !other.isExclusive }
            return isLower ? number > other.number : number < other.number
        }
    }

    struct Count: Sendable {
        var minimum = 0
        var maximum = Int.max

        mutating func narrow(_ minimum: Int?, _ maximum: Int?) {
            self.minimum = max(self.minimum, minimum ?? 0)
            self.maximum = min(self.maximum, maximum ?? .max)
        }

        func contains(_ count: Int) -> Bool { minimum <= count && count <= maximum }
    }

    var types: SchemaTypes = .all
    /// All values there can be, where that is known.
    var values: [SchemaTree]?
    var lower: Bound?
    var upper: Bound?
    var length = Count()
    var items = Count()
    var properties = Count()
    var patterns: Set<Text> = []
    var formats: Set<Text> = []
    var multiples: [JSONNumber] = []
    var required: Set<Text> = []
    var isUnique = false

    /// - Parameter conjuncts: all of them hold.
    init(_ conjuncts: [SchemaSite]) {
        for conjunct in conjuncts { narrow(conjunct.tree) }
        properties.narrow(required.count, nil)
        settle()
    }

    private mutating func narrow(_ schema: SchemaTree) {
        if let type = schema["type"].flatMap({ SchemaTypes(keyword: $0) }) { types.formIntersection(type) }
        if let elements = schema["enum"]?.elements { narrow(toValues: elements) }
        if let value = schema["const"] { narrow(toValues: [value]) }
        for (keyword, isExclusive) in [("minimum", false), ("exclusiveMinimum", true)] as [(Text, Bool)] {
            guard let number = schema[keyword]?.number else { continue }
            let bound = Bound(number: number, isExclusive: isExclusive)
            if lower?.implies(bound, isLower: true) != true { lower = bound }
        }
        for (keyword, isExclusive) in [("maximum", false), ("exclusiveMaximum", true)] as [(Text, Bool)] {
            guard let number = schema[keyword]?.number else { continue }
            let bound = Bound(number: number, isExclusive: isExclusive)
            if upper?.implies(bound, isLower: false) != true { upper = bound }
        }
        length.narrow(schema["minLength"]?.count, schema["maxLength"]?.count)
        items.narrow(schema["minItems"]?.count, schema["maxItems"]?.count)
        properties.narrow(schema["minProperties"]?.count, schema["maxProperties"]?.count)
        if let pattern = schema["pattern"]?.text { patterns.insert(pattern) }
        if let format = schema["format"]?.text { formats.insert(format) }
        if let divisor = schema["multipleOf"]?.number { multiples.append(divisor) }
        required.formUnion(schema["required"]?.names ?? [])
        if schema["uniqueItems"]?.bool == true { isUnique = true }
    }

    private mutating func narrow(toValues others: [SchemaTree]) {
        guard let known = values else {
            values = others
            return
        }
        let others = Set(others)
        values = known.filter(others.contains)
    }

    /// Lets the rules narrow each other.
    private mutating func settle() {
        if length.minimum > length.maximum { types.remove(.string) }
        if items.minimum > items.maximum { types.remove(.array) }
        if properties.minimum > properties.maximum { types.remove(.object) }
        if let lower, let upper, lower.number >= upper.number,
            lower.number > upper.number || lower.isExclusive || upper.isExclusive
        {
            types.subtract(.number)
        }
        // Of integers, more than 0 is at least 1.
        if !types.contains(.fraction) {
            if let bound = lower, bound.isExclusive, let number = bound.number.int64, number < .max {
                lower = Bound(number: JSONNumber(number + 1), isExclusive: false)
            }
            if let bound = upper, bound.isExclusive, let number = bound.number.int64, number > .min {
                upper = Bound(number: JSONNumber(number - 1), isExclusive: false)
            }
        }
        guard let known = values ?? fewValues else { return }
        let possible = known.filter(allows)
        values = possible
        types.formIntersection(possible.reduce(into: []) { $0.formUnion(SchemaTypes(of: $1)) })
        describe(possible)
    }

    private var fewValues: [SchemaTree]? {
        guard types.isSubset(of: [.null, .boolean]) else { return nil }
        return (types.contains(.null) ? [.null] : [])
            + (types.contains(.boolean) ? [.bool(true), .bool(false)] : [])
    }

    /// False only for what is surely refused.
    private func allows(_ value: SchemaTree) -> Bool {
        guard types.contains(SchemaTypes(of: value)) else { return false }
        return switch value {
        case .number(let number):
            lower.map { $0.number < number || ($0.number == number && !$0.isExclusive) } != false
                && upper.map { number < $0.number || ($0.number == number && !$0.isExclusive) } != false
        case .string(let text): length.contains(text.string.unicodeScalars.count)
        case .array(let elements): items.contains(elements.count)
        case .object(let members):
            properties.contains(members.count) && required.allSatisfy { members[$0] != nil }
        case .null, .bool: true
        }
    }

    /// Finds the bounds of what are all values there can be.
    private mutating func describe(_ values: [SchemaTree]) {
        let numbers = values.compactMap(\.number)
        if let least = numbers.min(), let most = numbers.max() {
            lower = Bound(number: least, isExclusive: false)
            upper = Bound(number: most, isExclusive: false)
        }
        let lengths = values.compactMap { $0.text?.string.unicodeScalars.count }
        length.narrow(lengths.min(), lengths.max())
        let counts = values.compactMap { $0.elements?.count }
        items.narrow(counts.min(), counts.max())
        let objects = values.compactMap(\.members)
        properties.narrow(objects.map(\.count).min(), objects.map(\.count).max())
        if let first = objects.first {
            required.formUnion(first.keys.filter { name in objects.allSatisfy { $0[name] != nil } })
        }
    }

    /// What the possible values say of the properties and elements of those among them that have some.
    /// - Parameter key: tells the schemas that these are the facts of.
    func madeOfValues(_ side: SchemaSide, key: String) -> SchemaSite? {
        guard let values else { return nil }
        let objects = values.compactMap(\.members)
        let arrays = values.compactMap(\.elements)
        guard !objects.isEmpty || !arrays.isEmpty else { return nil }
        var made: [Text: SchemaTree] = [:]
        if !objects.isEmpty {
            var named: [Text: [SchemaTree]] = [:]
            for object in objects { for (name, value) in object { named[name, default: []].append(value) } }
            made["properties"] = .object(named.mapValues { .object(["enum": .array($0)]) })
            made["additionalProperties"] = .bool(false)
        }
        if !arrays.isEmpty { made["items"] = .object(["enum": .array(arrays.flatMap { $0 })]) }
        return SchemaSite(made: made, side, key: "v(\(key))")
    }
}
