extension RenderContext {
    /// `text.format(…)`, whose fields reach no further than templates do.
    func braceFormat(_ text: Text, _ arguments: Arguments) throws(RenderFault) -> Text {
        var format = BraceFormat(context: self, isMarkup: text.isMarkup, arguments: arguments)
        return Text(try format.filled(text.bytes, depth: 2), isMarkup: text.isMarkup)
    }

    func braceFormat(_ text: Text, mapping: Value) throws(RenderFault) -> Text {
        var format = BraceFormat(context: self, isMarkup: text.isMarkup, arguments: Arguments(), mapping: mapping)
        return Text(try format.filled(text.bytes, depth: 2), isMarkup: text.isMarkup)
    }
}

/// One `str.format` under way.
private struct BraceFormat {
    let context: RenderContext
    let isMarkup: Bool
    let arguments: Arguments
    var mapping: Value?
    /// The number of the next `{}`; nil once fields have been numbered by hand.
    private var nextNumber: Int? = 0

    init(context: RenderContext, isMarkup: Bool, arguments: Arguments, mapping: Value? = nil) {
        self.context = context
        self.isMarkup = isMarkup
        self.arguments = arguments
        self.mapping = mapping
    }

    mutating func filled(_ format: [UInt8], depth: Int) throws(RenderFault) -> [UInt8] {
        guard depth >= 0 else { throw .value("Max string recursion exceeded") }
        try context.spend(bytes: format.count)
        var output: [UInt8] = []
        var position = 0
        while position < format.count {
            let byte = format[position]
            position += 1
            guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
                output.append(byte)
                continue
            }
            if position < format.count, format[position] == byte {
                output.append(byte)
                position += 1
                continue
            }
            guard byte == UInt8(ascii: "{") else { throw .value("Single '}' encountered in format string") }
            guard position < format.count else { throw .value("Single '{' encountered in format string") }
            let field = try field(format, &position)
            try context.spend()
            let text = try self.formatted(field, depth: depth)
            try context.spend(bytes: text.count)
            output += text
        }
        return output
    }

    private struct Field {
        var name: ArraySlice<UInt8>
        var conversion: UInt8?
        var spec: ArraySlice<UInt8>
    }

    /// Reads a field up to its closing brace; the position is behind the opening one.
    private func field(_ format: [UInt8], _ position: inout Int) throws(RenderFault) -> Field {
        let start = position
        var depth = 1
        var isInBrackets = false
        // The name ends at ! or : outside brackets; braces nest in what follows.
        var nameEnd: Int?
        while position < format.count {
            let byte = format[position]
            if nameEnd == nil {
                if isInBrackets {
                    if byte == UInt8(ascii: "]") { isInBrackets = false }
                    position += 1
                    continue
                }
                if byte == UInt8(ascii: "[") { isInBrackets = true }
                if byte == UInt8(ascii: "{") { throw .value("unexpected '{' in field name") }
                if byte == UInt8(ascii: "!") || byte == UInt8(ascii: ":") { nameEnd = position }
            }
            if byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { break }
            }
            position += 1
        }
        guard position < format.count else { throw .value("expected '}' before end of string") }
        let end = position
        position += 1
        guard let nameEnd else { return Field(name: format[start..<end], conversion: nil, spec: []) }
        var field = Field(name: format[start..<nameEnd], conversion: nil, spec: [])
        if format[nameEnd] == UInt8(ascii: ":") {
            field.spec = format[(nameEnd + 1)..<end]
            return field
        }
        guard nameEnd + 1 < end else {
            throw .value("end of string while looking for conversion specifier")
        }
        field.conversion = format[nameEnd + 1]
        if nameEnd + 2 < end {
            guard format[nameEnd + 2] == UInt8(ascii: ":") else {
                throw .value("expected ':' after conversion specifier")
            }
            field.spec = format[(nameEnd + 3)..<end]
        }
        return field
    }

    private mutating func formatted(_ field: Field, depth: Int) throws(RenderFault) -> [UInt8] {
        var value = try self.value(of: field.name)
        switch field.conversion {
        case nil: break
        case UInt8(ascii: "s"): value = .string(Text(try context.text(of: value).bytes))
        case UInt8(ascii: "r"): value = .string(try context.repr(of: value))
        case UInt8(ascii: "a"):
            var bytes: [UInt8] = []
            appendASCIIRepr(of: try context.repr(of: value).bytes, to: &bytes)
            value = .string(bytes)
        case _: throw .value("Unknown conversion specifier")
        }
        let spec = try filled(Array(field.spec), depth: depth - 1)
        let text = try context.formatted(value, isMarkup && isMarked(value) ? [] : spec)
        return isMarkup ? try context.escaped(text).bytes : text.bytes
    }

    private func isMarked(_ value: Value) -> Bool {
        if case .string(let text) = value { return text.isMarkup }
        return false
    }

    private mutating func value(of name: ArraySlice<UInt8>) throws(RenderFault) -> Value {
        var name = name
        if name.isEmpty {
            guard let number = nextNumber else {
                throw .value("cannot switch from manual field specification to automatic field numbering")
            }
            nextNumber = number + 1
            name = Array(String(number).utf8)[...]
        } else if name.allSatisfy({ (48...57).contains($0) }) {
            if let number = nextNumber, number > 0 {
                throw .value("cannot switch from manual field specification to automatic field numbering")
            }
            nextNumber = nil
        }
        let firstEnd = name.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? name.endIndex
        var value = try argument(name[..<firstEnd])
        var position = firstEnd
        while position < name.endIndex {
            let isAttribute = name[position] == UInt8(ascii: ".")
            guard isAttribute || name[position] == UInt8(ascii: "[") else {
                throw .value("Only '.' or '[' may follow ']' in format field specifier")
            }
            position += 1
            let start = position
            while position < name.endIndex,
                isAttribute
                    ? name[position] != UInt8(ascii: ".") && name[position] != UInt8(ascii: "[")
                    : name[position] != UInt8(ascii: "]")
            { position += 1 }
            let part = name[start..<position]
            if !isAttribute {
                guard position < name.endIndex else { throw .value("Missing ']' in format string") }
                position += 1
            }
            if part.isEmpty { throw .value("Empty attribute in format string") }
            let key = String(decoding: part, as: UTF8.self)
            if isAttribute {
                value = try context.attribute(value, key, path: "")
                // Its name may be a text of the input's, which no message repeats.
                if case .undefined(let undefined) = value {
                    value = .undefined(
                        Undefined(path: "", message: "a format field names no such attribute", kind: undefined.kind))
                }
            } else if let index = Self.number(part) {
                value = try context.item(value, .int(index), path: "")
            } else {
                value = try context.item(value, .string(Text(part)), path: "")
            }
        }
        return value
    }

    private func argument(_ name: ArraySlice<UInt8>) throws(RenderFault) -> Value {
        if let index = Self.number(name) {
            guard index < arguments.positional.count else {
                throw .value("Replacement index out of range for positional args tuple")
            }
            return arguments.positional[index]
        }
        try context.spend(steps: arguments.keywords.count >> 2)
        if let mapping {
            if case .undefined(let undefined) = mapping { throw undefined.fault }
            guard context.isDict(mapping) else {
                throw .type("'\(context.typeName(of: mapping))' object has no items by name")
            }
            if let value = try context.member(of: mapping, .string(Text(name))) { return value }
        } else if let keyword = arguments.keywords.first(where: { $0.name.utf8.elementsEqual(name) }) {
            return keyword.value
        }
        throw .value("a field that no argument names")
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
