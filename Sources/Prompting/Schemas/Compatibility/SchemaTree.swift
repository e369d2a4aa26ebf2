import JSON

/// A schema, or a value within one, to be compared: equal where JSON Schema says so, whatever the spelling.
indirect enum SchemaTree: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(Text)
    case array([SchemaTree])
    case object([Text: SchemaTree])

    /// The depth of a checked document bounds the recursion. Of a member that stands twice the first counts.
    init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .bool: self = .bool(value.bool ?? false)
        case .number: self = .number(JSONNumber(value.raw))
        case .string: self = .string(Text(value.decodedBytes ?? []))
        case .array: self = .array(value.elements().map { SchemaTree($0) })
        case .object:
            let members = (try? value.members()) ?? []
            self = .object(
                Dictionary(members.map { (Text($0.name), SchemaTree($0.value)) }) { first, _ in first })
        }
    }

    subscript(name: Text) -> SchemaTree? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var members: [Text: SchemaTree]? { if case .object(let members) = self { members } else { nil } }
    var elements: [SchemaTree]? { if case .array(let elements) = self { elements } else { nil } }
    var text: Text? { if case .string(let text) = self { text } else { nil } }
    var number: JSONNumber? { if case .number(let number) = self { number } else { nil } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    /// Of `minLength` and its like.
    var count: Int? { number?.int64.flatMap { Int(exactly: $0) } }
    /// Of `required` and its like.
    var names: [Text]? { elements?.compactMap(\.text) }

    /// For a message: a scalar as JSON, cut; what else it is by its kind.
    var shown: String {
        switch self {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .number(let number): number.shown
        case .string(let text): "\"" + text.string.prefix(40) + (text.string.count > 40 ? "…\"" : "\"")
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONNumber {
    /// For a message: in digits, or with a power of ten where these would be many.
    var shown: String {
        if let int64 { return String(int64) }
        var digits = String(lead) + tail.map { String($0) }.joined()
        while digits.hasSuffix("0") { digits.removeLast() }
        let sign = isNegative ? "-" : ""
        if (1..<digits.count).contains(exponent) {
            return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
        }
        if (-6...0).contains(exponent) { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
        return sign + "0.\(digits)e\(exponent)"
    }
}

/// The types that JSON Schema tells apart; `number` is both of the last two.
struct SchemaTypes: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let null = Self(rawValue: 1)
    static let boolean = Self(rawValue: 2)
    static let object = Self(rawValue: 4)
    static let array = Self(rawValue: 8)
    static let string = Self(rawValue: 16)
    static let integer = Self(rawValue: 32)
    /// A number that is no integer.
    static let fraction = Self(rawValue: 64)
    static let number: Self = [.integer, .fraction]
    static let all = Self(rawValue: 127)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(named name: Text) {
        guard let known = Self.names.first(where: { $0.name == name.string }) else { return nil }
        self = known.type
    }

    /// Of a value.
    init(of value: SchemaTree) {
        self =
            switch value {
            case .null: .null
            case .bool: .boolean
            case .number(let number): number.isInteger ? .integer : .fraction
            case .string: .string
            case .array: .array
            case .object: .object
            }
    }

    /// What the keyword `type` takes; nil where it names one that there is not.
    init?(keyword: SchemaTree) {
        self = []
        for name in keyword.text.map({ [$0] }) ?? keyword.names ?? [] {
            guard let type = Self(named: name) else { return nil }
            formUnion(type)
        }
    }

    /// `string, null`
    var shown: String {
        var rest = self
        var shown: [String] = []
        for (name, type) in Self.names where rest.isSuperset(of: type) {
            rest.subtract(type)
            shown.append(name)
        }
        if rest.contains(.fraction) { shown.append("number that is no integer") }
        return shown.joined(separator: ", ")
    }

    private static let names: [(name: String, type: Self)] = [
        ("string", .string), ("number", .number), ("integer", .integer), ("boolean", .boolean), ("object", .object),
        ("array", .array), ("null", .null),
    ]
}

extension SchemaTree {
    /// What it refers to; nil where that depends on who asks. The depth of a checked document bounds the recursion.
    var references: Set<Text>? {
        var found: Set<Text> = []
        return collect(&found) ? found : nil
    }

    private func collect(_ found: inout Set<Text>) -> Bool {
        switch self {
        case .array(let elements):
            for element in elements where !element.collect(&found) { return false }
        case .object(let members):
            if members["$dynamicRef"]?.text != nil { return false }
            if let reference = members["$ref"]?.text { found.insert(reference) }
            for member in members.values where !member.collect(&found) { return false }
        case .null, .bool, .number, .string: break
        }
        return true
    }
}
