import JSON

extension RenderContext {
    /// Appends the value as compact JSON, nothing escaped for HTML, members in their own order: what a message list of
    /// the input becomes in a request.
    func writeJSON(_ value: Value, to output: inout [UInt8]) throws(RenderFault) {
        try JSONText(context: self, style: .compact).write(value, to: &output, depth: 0)
    }
}

/// `tojson`: Python's `json.dumps` with sorted keys, `<`, `>`, `&` and `'` escaped. Its text is markup.
enum JSONFilter {
    static func apply(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        var indentation: [UInt8]?
        if !arguments.isEmpty {
            let indent = try arguments.bound(to: ["indent"], of: "tojson")[0]
            if let indent, !context.isNone(indent) {
                if context.isString(indent) {
                    indentation = try context.text(of: indent).bytes
                } else {
                    let width = try context.requireIndex(indent)
                    try context.spend(bytes: max(width, 0))
                    indentation = [UInt8](repeating: 0x20, count: max(width, 0))
                }
            }
        }
        var output: [UInt8] = []
        let text = JSONText(context: context, style: indentation.map { .indented($0) } ?? .spaced)
        try text.write(value, to: &output, depth: 0)
        return .string(Text(output, isMarkup: true))
    }
}

/// Writes values as JSON.
private struct JSONText {
    enum Style {
        /// No white space, UTF-8 as it is, members in their order.
        case compact
        /// As Python's `json.dumps` without `indent`.
        case spaced
        case indented([UInt8])
    }

    let context: RenderContext
    let style: Style

    private var isPython: Bool {
        switch style {
        case .compact: false
        case .spaced, .indented: true
        }
    }

    func write(_ value: Value, to output: inout [UInt8], depth: Int) throws(RenderFault) {
        guard depth <= context.limits.depth else { throw .tooDeep(context.limits.depth) }
        try context.spend()
        switch value {
        case .none: output.append("null")
        case .bool(let bool): output.append(bool ? "true" : "false")
        case .int(let number): output.append(decimal: number)
        case .float(let number): try append(number, to: &output)
        case .string(let text): try append(text.bytes[...], to: &output)
        case .list(let values), .tuple(let values): try write(ValueElements(values), to: &output, depth)
        case .rare(.group(let key, let members)): try write(ValueElements([key, members]), to: &output, depth)
        case .dict: try writeDict(value, to: &output, depth)
        case .input(let node):
            switch context.inputKind(node) {
            case .object: try writeDict(value, to: &output, depth)
            case .array: try write(context.elements(of: value), to: &output, depth)
            case .string:
                if let text = context.plainInputText(node) {
                    try append(text, to: &output)
                } else {
                    try append(context.inputText(node)[...], to: &output)
                }
            case .number:
                let plain = context.plain(value)
                guard case .input = plain else { return try write(plain, to: &output, depth: depth) }
                try context.spend(bytes: context.inputBytes(node).count)
                output += context.inputBytes(node)
            case .bool, .null: try write(context.plain(value), to: &output, depth: depth)
            }
        case .undefined(let undefined):
            // Python's json fails on it by its type, whether undefined values are strict or not.
            throw RenderFault(
                .type, "Object of type \(context.typeName(of: value)) is not JSON serializable", path: undefined.path)
        case .range, .object, .rare:
            throw .type("Object of type \(context.typeName(of: value)) is not JSON serializable")
        }
    }

    private func append(_ number: Double, to output: inout [UInt8]) throws(RenderFault) {
        guard number.isFinite else {
            guard isPython else { throw .value("JSON has no number for infinity") }
            output.append(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
            return
        }
        appendFloat(number, to: &output)
    }

    private func write(_ elements: ValueElements, to output: inout [UInt8], _ depth: Int) throws(RenderFault) {
        if elements.isEmpty { return output.append("[]") }
        output.append("[")
        for index in 0..<elements.count {
            try separate(index, depth + 1, to: &output)
            try write(elements[index], to: &output, depth: depth + 1)
        }
        try close("]", depth, to: &output)
    }

    private func writeDict(_ value: Value, to output: inout [UInt8], _ depth: Int) throws(RenderFault) {
        let keys = try context.elements(of: value)
        let values = try context.elements(of: .rare(.view(.values, of: value)))
        if keys.isEmpty { return output.append("{}") }
        output.append("{")
        for (index, place) in try order(of: keys).enumerated() {
            try separate(index, depth + 1, to: &output)
            try appendKey(keys[place], to: &output)
            output.append(isPython ? ": " : ":")
            try write(values[place], to: &output, depth: depth + 1)
        }
        try close("}", depth, to: &output)
    }

    private func order(of keys: ValueElements) throws(RenderFault) -> [Int] {
        guard isPython else { return Array(0..<keys.count) }
        return try SortingFilters.order(of: keys.count, isReversed: false) { a, b throws(RenderFault) in
            try context.spend()
            return try context.isLess(keys[a], keys[b])
        }
    }

    private func separate(_ index: Int, _ depth: Int, to output: inout [UInt8]) throws(RenderFault) {
        switch style {
        case .compact: if index > 0 { output.append(",") }
        case .spaced: if index > 0 { output.append(", ") }
        case .indented(let indentation):
            if index > 0 { output.append(",") }
            try breakLine(indentation, depth, to: &output)
        }
    }

    private func close(_ bracket: StaticString, _ depth: Int, to output: inout [UInt8]) throws(RenderFault) {
        if case .indented(let indentation) = style { try breakLine(indentation, depth, to: &output) }
        output.append(bracket)
    }

    private func breakLine(_ indentation: [UInt8], _ depth: Int, to output: inout [UInt8]) throws(RenderFault) {
        try context.spend(bytes: indentation.count, times: depth)
        output.append("\n")
        for _ in 0..<depth { output += indentation }
    }

    private func appendKey(_ key: Value, to output: inout [UInt8]) throws(RenderFault) {
        switch context.plain(key) {
        case .string(let text): try append(text.bytes[...], to: &output)
        case .int, .float, .bool, .none:
            output.append("\"")
            try write(key, to: &output, depth: 0)
            output.append("\"")
        case _: throw .type("keys must be str, int, float, bool or None, not \(context.typeName(of: key))")
        }
    }

    private func append(_ text: ArraySlice<UInt8>, to output: inout [UInt8]) throws(RenderFault) {
        try context.spend(bytes: text.count)
        guard isPython else { return appendQuotedJSON(utf8: text, to: &output) }
        let start = output.count
        output.append("\"")
        var plainStart = text.startIndex
        var position = text.startIndex
        while position < text.endIndex {
            if Self.isPlain(text[position]) {
                position += 1
                continue
            }
            output += text[plainStart..<position]
            var scalars = Scalars(text[position...])
            if let scalar = scalars.next() { Self.appendEscape(of: scalar, to: &output) }
            position = scalars.position
            plainStart = position
        }
        output += text[plainStart...]
        output.append("\"")
        // Escapes are longer than what they stand for.
        try context.spend(bytes: output.count - start - text.count)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "&"), UInt8(ascii: "'"):
            false
        case _: true
        }
    }

    private static func appendEscape(of scalar: Unicode.Scalar, to output: inout [UInt8]) {
        switch scalar {
        case "\"": output.append("\\\"")
        case "\\": output.append("\\\\")
        case "\n": output.append("\\n")
        case "\r": output.append("\\r")
        case "\t": output.append("\\t")
        case "\u{8}": output.append("\\b")
        case "\u{c}": output.append("\\f")
        case _:
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                output.append("\\u")
                for shift in [12, 8, 4, 0] as [UInt16] { output.append(hexDigit(UInt8(unit >> shift & 15))) }
            }
        }
    }
}
