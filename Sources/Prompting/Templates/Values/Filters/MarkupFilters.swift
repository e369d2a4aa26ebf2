enum MarkupFilters {
    static func escape(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("escape")
        return .string(try context.escaped(value))
    }

    static func forceEscape(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        try arguments.none("forceescape")
        return .string(try context.forceEscaped(context.text(of: value)))
    }

    static func safe(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("safe")
        return .string(Text(try context.text(of: value).bytes, isMarkup: true))
    }

    static func xmlAttributes(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["autospace"], of: "xmlattr")
        if case .undefined(let undefined) = value { throw undefined.fault }
        guard context.isDict(value) else {
            throw .type("'\(context.typeName(of: value))' object has no attribute 'items'")
        }
        let keys = try context.elements(of: value)
        let values = try context.elements(of: .rare(.view(.values, of: value)))
        var output: [UInt8] = []
        for index in 0..<keys.count {
            try context.spend()
            switch context.plain(values[index]) {
            case .none, .undefined: continue
            case _: break
            }
            guard context.isString(keys[index]) else {
                throw .type("expected string or bytes-like object, got '\(context.typeName(of: keys[index]))'")
            }
            let key = try context.text(of: keys[index])
            if key.bytes.contains(where: isForbiddenInName) { throw .value("Invalid character in attribute name") }
            if !output.isEmpty { output.append(" ") }
            output += try context.escaped(key).bytes
            output.append("=\"")
            let text = try context.escaped(values[index]).bytes
            try context.spend(bytes: key.bytes.count + text.count)
            output += text
            output.append("\"")
        }
        if !output.isEmpty, try bound.flag(0, context, default: true) { output.insert(0x20, at: 0) }
        return .string(output)
    }

    /// White space of ASCII, `/`, `>` and `=`.
    private static func isForbiddenInName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09...0x0D, 0x20, UInt8(ascii: "/"), UInt8(ascii: ">"), UInt8(ascii: "="): true
        case _: false
        }
    }

    // MARK: - URLs

    static func urlEncode(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        try arguments.none("urlencode")
        if context.isString(value) || !context.isIterable(value) {
            return .string(try quoted(context.text(of: value).bytes, isQuery: false, context))
        }
        let pairs = try context.elements(of: context.isDict(value) ? .rare(.view(.items, of: value)) : value)
        var output: [UInt8] = []
        for index in 0..<pairs.count {
            try context.spend()
            let pair = try context.elements(of: pairs[index])
            guard pair.count == 2 else {
                throw .value(
                    pair.count < 2
                        ? "not enough values to unpack (expected 2, got \(pair.count))"
                        : "too many values to unpack (expected 2)")
            }
            if index > 0 { output.append("&") }
            output += try quoted(context.text(of: pair[0]).bytes, isQuery: true, context)
            output.append("=")
            output += try quoted(context.text(of: pair[1]).bytes, isQuery: true, context)
        }
        return .string(output)
    }

    private static func quoted(
        _ bytes: [UInt8], isQuery: Bool, _ context: RenderContext
    ) throws(RenderFault) -> [UInt8] {
        try context.spend(bytes: bytes.count, times: 3)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "~"):
                output.append(byte)
            case UInt8(ascii: "/") where !isQuery: output.append(byte)
            case 0x20 where isQuery: output.append("+")
            case _:
                output.append("%")
                for digit in [byte >> 4, byte & 15] { output.append(digit < 10 ? 48 + digit : 55 + digit) }
            }
        }
        return output
    }

    // MARK: - Tags

    static func stripTags(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        try arguments.none("striptags")
        let text = try context.text(of: value)
        try context.spend(bytes: text.bytes.count, times: 3)
        let bytes = text.bytes[...]
        var kept: [UInt8] = []
        var position = 0
        while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            try context.spend()
            let isComment = bytes[start...].starts(with: "<!--".utf8)
            let closing: [UInt8] = isComment ? Array("-->".utf8) : [UInt8(ascii: ">")]
            let from = min(start + (isComment ? 4 : 0), bytes.endIndex)
            guard let end = bytes[from...].firstRange(of: closing[...]) else { break }
            kept += bytes[position..<start]
            position = end.upperBound
        }
        kept += bytes[position...]
        var output: [UInt8] = []
        for (index, word) in try context.words(kept[...]).enumerated() {
            if index > 0 { output.append(" ") }
            output += word
        }
        // Each ampersand is looked up with up to 32 lengths of its name.
        try context.spend(steps: output.reduce(0) { $1 == UInt8(ascii: "&") ? $0 + 32 : $0 })
        return .string(HTMLEntities.unescaped(output))
    }
}
