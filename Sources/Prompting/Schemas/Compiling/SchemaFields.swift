import JSON

/// The keywords of one schema object that its dialect knows, each with a value of the right form. Of one that stands
/// twice the first counts.
struct SchemaFields {
    private var values: [SchemaKeyword: Int] = [:]
    /// In the order of the text.
    private(set) var keywords: [(keyword: SchemaKeyword, value: Int)] = []

    subscript(keyword: SchemaKeyword) -> Int? { values[keyword] }

    init(_ node: Int, in tape: JSONTape, _ dialect: SchemaDialect, fault: (Int, String) -> SchemaFault)
        throws(SchemaFault)
    {
        for (key, value) in tape.members(of: node) {
            guard let keyword = SchemaKeyword(rawValue: tape.string(key)), keyword.isKnown(in: dialect),
                values[keyword] == nil
            else { continue }
            values[keyword] = value
            keywords.append((keyword, value))
        }
        // In draft-07 a reference replaces all that stands beside it.
        if dialect.draft == .draft7, let reference = values[.ref] {
            values = values.filter { $0.key == .definitions }
            values[.ref] = reference
            keywords.removeAll { values[$0.keyword] == nil }
        }
        for (keyword, value) in keywords {
            if let (place, wanted) = tape.misfit(value, keyword.form(in: dialect.draft)) {
                throw fault(place, "\(keyword.rawValue) must be \(wanted)")
            }
        }
    }
}

extension JSONTape {
    private static let types: Set<String> = ["object", "array", "string", "number", "boolean", "null", "integer"]

    /// What in a keyword's value is not of its form, and what it must be; nil where all is well. Whether a schema is one
    /// shows when it is compiled.
    func misfit(_ node: Int, _ form: SchemaKeyword.Form) -> (node: Int, wanted: String)? {
        let kind = kind(node)
        switch form {
        case .any, .schema: return nil
        case .string: return kind == .string ? nil : (node, "a string")
        case .boolean: return kind == .bool ? nil : (node, "a boolean")
        case .number: return kind == .number ? nil : (node, "a number")
        case .positiveNumber:
            guard kind == .number else { return (node, "a number above zero") }
            let number = JSONNumber(document[bytes(of: node)])
            if number.isNegative || number.isZero { return (node, "a number above zero") }
            return number.isDivisor ? nil : (node, "a number of at most \(JSONNumber.leadDigits) digits")
        case .count:
            guard kind == .number else { return (node, "a non-negative integer") }
            let number = JSONNumber(document[bytes(of: node)])
            return number.isInteger && !number.isNegative ? nil : (node, "a non-negative integer")
        case .array: return kind == .array ? nil : (node, "an array")
        case .object: return kind == .object ? nil : (node, "an object")
        case .strings:
            guard kind == .array else { return (node, "an array of strings") }
            return elements(of: node).first { self.kind($0) != .string }.map { ($0, "an array of strings") }
        case .type:
            let wanted = "one of object, array, string, number, integer, boolean and null, or an array of them"
            switch kind {
            case .string: return Self.types.contains(string(node)) ? nil : (node, wanted)
            case .array where nodes[node].count > 0:
                return elements(of: node)
                    .first { self.kind($0) != .string || !Self.types.contains(string($0)) }.map { ($0, wanted) }
            case .object, .array, .number, .bool, .null: return (node, wanted)
            }
        case .schemas: return kind == .array && nodes[node].count > 0 ? nil : (node, "an array of at least one schema")
        case .schemaOrSchemas: return nil
        case .schemaMap: return kind == .object ? nil : (node, "an object of schemas")
        case .stringsMap:
            guard kind == .object else { return (node, "an object of arrays of strings") }
            for (_, value) in members(of: node) {
                if let (place, _) = misfit(value, .strings) { return (place, "an object of arrays of strings") }
            }
            return nil
        case .dependencies:
            guard kind == .object else { return (node, "an object of schemas and arrays of strings") }
            for (_, value) in members(of: node) where self.kind(value) == .array {
                if let (place, _) = misfit(value, .strings) {
                    return (place, "an object of schemas and arrays of strings")
                }
            }
            return nil
        }
    }
}
