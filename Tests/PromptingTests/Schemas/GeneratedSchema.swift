import Generators

/// A JSON value to generate, change and write.
indirect enum GeneratedJSON: Hashable {
    case literal(String)
    case array([GeneratedJSON])
    case object([String: GeneratedJSON])

    var text: String {
        switch self {
        case .literal(let text): text
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value.text)" }.joined(separator: ",")
                + "}"
        }
    }

    subscript(name: String) -> GeneratedJSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var elements: [GeneratedJSON] { if case .array(let elements) = self { elements } else { [] } }
    var members: [String: GeneratedJSON] { if case .object(let members) = self { members } else { [:] } }
    var number: Int? { if case .literal(let text) = self { Int(text) } else { nil } }
}

/// Schemas over few names and small numbers, so that two of them often meet.
struct SchemaGenerator {
    var random: SeededGenerator
    /// Names that `$ref` may use.
    var definitions: [String] = []
    private let isOld: Bool

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        isOld = seed % 4 == 0
    }

    static let names = ["a", "b", "ab", "c"]
    static let scalars = ["null", "true", "false", "0", "1", "2", "3", "1.5", "-1", "\"\"", "\"a\"", "\"ab\"", "\"b\""]

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
    mutating func count() -> GeneratedJSON { .literal("\(below(4))") }

    mutating func names(_ most: Int) -> GeneratedJSON {
        .array(Set((0..<below(most + 1)).map { _ in pick(Self.names) }).sorted().map { .literal("\"\($0)\"") })
    }

    mutating func document() -> GeneratedJSON {
        definitions = chance(30) ? ["x", "y"] : []
        var members = schema(depth: 3).members
        if !definitions.isEmpty {
            var definitions: [String: GeneratedJSON] = [:]
            for name in self.definitions { definitions[name] = .object(keywords(depth: 2)) }
            members["$defs"] = .object(definitions)
        }
        if isOld { members["$schema"] = .literal("\"http://json-schema.org/draft-07/schema#\"") }
        return .object(members)
    }

    mutating func schema(depth: Int) -> GeneratedJSON {
        if depth < 3 && chance(6) { return .literal(chance(70) ? "true" : "false") }
        if depth < 3 && depth > 0 && !definitions.isEmpty && chance(25) {
            return .object(["$ref": .literal("\"#/$defs/\(pick(definitions))\"")])
        }
        return .object(keywords(depth: depth))
    }

    mutating func schemas(depth: Int) -> GeneratedJSON { .array((0..<1 + below(2)).map { _ in schema(depth: depth) }) }

    private mutating func named(depth: Int) -> GeneratedJSON {
        var members: [String: GeneratedJSON] = [:]
        for _ in 0..<1 + below(3) { members[pick(Self.names)] = schema(depth: depth) }
        return .object(members)
    }

    mutating func keywords(depth: Int) -> [String: GeneratedJSON] {
        var members: [String: GeneratedJSON] = [:]
        let types = ["object", "object", "array", "string", "integer", "number", "boolean", "null"]
        if chance(75) {
            let type = pick(types)
            members["type"] =
                chance(80)
                ? .literal("\"\(type)\"") : .array(Set([type, pick(types)]).sorted().map { .literal("\"\($0)\"") })
        }
        for _ in 0..<below(4) {
            let (name, value) = keyword(depth: depth)
            members[name] = value
        }
        return members
    }

    mutating func keyword(depth: Int) -> (String, GeneratedJSON) {
        let simple = 17
        switch below(depth > 0 ? simple + 22 : simple) {
        case 0: return ("minimum", count())
        case 1: return ("maximum", count())
        case 2: return (chance(50) ? "exclusiveMinimum" : "exclusiveMaximum", count())
        case 3: return ("multipleOf", .literal(pick(["1", "2", "3", "0.5"])))
        case 4: return ("minLength", count())
        case 5: return ("maxLength", count())
        case 6: return ("pattern", .literal(pick(["\"^a\"", "\"b$\"", "\"a\""])))
        case 7: return ("minItems", count())
        case 8: return ("maxItems", count())
        case 9: return ("uniqueItems", .literal("true"))
        case 10: return ("minProperties", count())
        case 11: return ("maxProperties", count())
        case 12, 13: return ("required", names(2))
        case 14: return ("enum", .array((0..<1 + below(4)).map { _ in value(depth: 1) }))
        case 15: return ("const", value(depth: 1))
        case 16:
            let needed = GeneratedJSON.object([pick(Self.names): names(1)])
            return (isOld ? "dependencies" : "dependentRequired", needed)
        case 17...22: return ("properties", named(depth: depth - 1))
        case 23, 24: return ("additionalProperties", chance(60) ? .literal("false") : schema(depth: depth - 1))
        case 25, 26: return ("items", schema(depth: depth - 1))
        case 27: return (isOld ? "items" : "prefixItems", schemas(depth: depth - 1))
        case 28: return (isOld ? "additionalItems" : "unevaluatedItems", schema(depth: depth - 1))
        case 29, 30: return ("anyOf", schemas(depth: depth - 1))
        case 31: return ("oneOf", schemas(depth: depth - 1))
        case 32: return ("allOf", schemas(depth: depth - 1))
        case 33: return ("not", schema(depth: 0))
        case 34: return ("patternProperties", .object([pick(["^a", "b$"]): schema(depth: depth - 1)]))
        case 35: return ("propertyNames", schema(depth: 0))
        case 36: return ("contains", schema(depth: depth - 1))
        case 37: return (pick(["if", "then", "else"]), schema(depth: depth - 1))
        case _: return (isOld ? "title" : "unevaluatedProperties", isOld ? .literal("\"t\"") : .literal("false"))
        }
    }

    /// A schema that differs in one place or two.
    mutating func changed(_ schema: GeneratedJSON, depth: Int = 3) -> GeneratedJSON {
        guard case .object(var members) = schema else { return self.schema(depth: 1) }
        let within = members.keys.sorted().filter {
            ["properties", "items", "anyOf", "oneOf", "allOf", "$defs", "not", "additionalProperties"].contains($0)
        }
        if depth > 0, !within.isEmpty, chance(55) {
            let name = pick(within)
            switch members[name] {
            case .array(var elements)? where !elements.isEmpty:
                let index = below(elements.count)
                elements[index] = changed(elements[index], depth: depth - 1)
                members[name] = .array(elements)
            case .object(var named)? where name == "properties" || name == "$defs":
                guard let property = named.keys.sorted().first else { break }
                named[property] = changed(named[property] ?? .literal("true"), depth: depth - 1)
                members[name] = .object(named)
            case let value?: members[name] = changed(value, depth: depth - 1)
            case nil: break
            }
            return .object(members)
        }
        let names = members.keys.sorted().filter { $0 != "$defs" && $0 != "$schema" }
        if !names.isEmpty && chance(45) {
            members[pick(names)] = nil
        } else {
            let (name, value) = keyword(depth: max(depth - 1, 0))
            members[name] = value
        }
        return .object(members)
    }

    // MARK: - Values

    mutating func value(depth: Int) -> GeneratedJSON {
        switch below(depth > 0 ? 10 : 6) {
        case 0..<6: return .literal(pick(Self.scalars))
        case 6, 7: return .array((0..<below(4)).map { _ in value(depth: depth - 1) })
        case _:
            var members: [String: GeneratedJSON] = [:]
            for _ in 0..<below(4) { members[pick(Self.names)] = value(depth: depth - 1) }
            return .object(members)
        }
    }

    /// A value that a schema may well accept.
    mutating func value(of schema: GeneratedJSON, in root: GeneratedJSON, depth: Int = 5) -> GeneratedJSON {
        guard depth > 0, !schema.members.isEmpty, !chance(4) else { return value(depth: 2) }
        if case .literal(let reference)? = schema["$ref"], let name = reference.dropLast().split(separator: "/").last {
            return value(of: root["$defs"]?[String(name)] ?? .literal("true"), in: root, depth: depth - 1)
        }
        if let constant = schema["const"], chance(90) { return constant }
        if let values = schema["enum"]?.elements, !values.isEmpty, chance(90) { return pick(values) }
        for name in ["anyOf", "oneOf", "allOf"] {
            guard let branches = schema[name]?.elements, !branches.isEmpty, chance(60) else { continue }
            var merged = schema.members
            merged[name] = nil
            for (keyword, value) in pick(branches).members where chance(90) { merged[keyword] = value }
            return value(of: .object(merged), in: root, depth: depth - 1)
        }
        let types = schema["type"].map { $0.elements.isEmpty ? [$0] : $0.elements } ?? []
        let said = types.isEmpty ? nil : pick(types).text
        switch said ?? pick(["\"object\"", "\"array\"", "\"string\"", "\"integer\"", "\"null\""]) {
        case "\"object\"":
            var names = Set(schema["required"]?.elements.map { String($0.text.dropFirst().dropLast()) } ?? [])
            for name in schema["properties"]?.members.keys.sorted() ?? [] where chance(60) { names.insert(name) }
            if chance(30) { names.insert(pick(Self.names)) }
            var members: [String: GeneratedJSON] = [:]
            for name in names.sorted() {
                let of = schema["properties"]?[name] ?? schema["additionalProperties"] ?? .literal("true")
                members[name] = value(of: of, in: root, depth: depth - 1)
            }
            return .object(members)
        case "\"array\"":
            let first = schema["prefixItems"]?.elements ?? schema["items"]?.elements ?? []
            let rest = schema["items"].flatMap { $0.elements.isEmpty ? $0 : nil } ?? .literal("true")
            let most = min(schema["maxItems"]?.number ?? 3, 4)
            let least = min(schema["minItems"]?.number ?? 0, most)
            return .array(
                (0..<least + below(most - least + 1)).map {
                    value(of: $0 < first.count ? first[$0] : rest, in: root, depth: depth - 1)
                })
        case "\"string\"": return .literal(pick(["\"\"", "\"a\"", "\"ab\"", "\"b\"", "\"abb\"", "\"abab\""]))
        case "\"integer\"": return .literal("\(below(9) - 2)")
        case "\"number\"": return .literal(pick(["-1", "0", "0.5", "1", "1.5", "2", "2.5", "3", "4", "7"]))
        case "\"boolean\"": return .literal(chance(50) ? "true" : "false")
        case _: return .literal("null")
        }
    }
}
