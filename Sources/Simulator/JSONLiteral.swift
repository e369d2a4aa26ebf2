/// JSON as it stands in an answer's code: `["type": "text", "text": .text(words), "id": .absent]`.
indirect enum JSONLiteral: Sendable {
    case text(String)
    case int(Int)
    case bool(Bool)
    case null
    /// A member of this value is left out.
    case absent
    /// JSON already written.
    case raw(String)
    case list([JSONLiteral])
    case object([(name: String, value: JSONLiteral)])

    static func optional(_ text: String?) -> JSONLiteral { text.map { .text($0) } ?? .null }

    var json: String {
        var out = ""
        write(to: &out)
        return out
    }

    private func write(to out: inout String) {
        switch self {
        case .text(let text): out += JSONText.string(text)
        case .int(let number): out += String(number)
        case .bool(let flag): out += flag ? "true" : "false"
        case .null, .absent: out += "null"
        case .raw(let json): out += json
        case .list(let elements):
            out += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { out += "," }
                element.write(to: &out)
            }
            out += "]"
        case .object(let members):
            out += "{"
            var isFirst = true
            for member in members {
                if case .absent = member.value { continue }
                if !isFirst { out += "," }
                isFirst = false
                out += JSONText.string(member.name) + ":"
                member.value.write(to: &out)
            }
            out += "}"
        }
    }

    /// With these members in the place of the value's own of that name; the value is an object.
    func replacing(_ members: JSONLiteral) -> JSONLiteral {
        guard case .object(let own) = self, case .object(let others) = members else { return self }
        return .object(own.map { member in others.first { $0.name == member.name } ?? member })
    }

    /// These members after the value's own, which is an object.
    func adding(_ more: JSONLiteral) -> JSONLiteral {
        guard case .object(let members) = self, case .object(let others) = more else { return self }
        return .object(members + others)
    }
}

extension JSONLiteral: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
    init(arrayLiteral elements: JSONLiteral...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, JSONLiteral)...) {
        self = .object(elements.map { (name: $0.0, value: $0.1) })
    }
}
