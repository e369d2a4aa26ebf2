enum TextFilters {
    static func upper(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("upper")
        return .string(try context.mapped(context.text(of: value), CaseMapping.upper))
    }

    static func lower(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("lower")
        return .string(try context.mapped(context.text(of: value), CaseMapping.lower))
    }

    static func capitalize(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        try arguments.none("capitalize")
        return .string(try context.mapped(context.text(of: value), CaseMapping.capitalized))
    }

    /// Jinja2's own title case: a word begins behind white space, a hyphen or an opening bracket.
    static func title(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("title")
        let text = try context.mapped(context.text(of: value)) { bytes in
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            var scalars = Scalars(bytes)
            var wordStart = 0
            var end = 0
            func appendWord() {
                guard wordStart < end else { return }
                var word = Scalars(bytes[wordStart..<end])
                _ = word.next()
                output += CaseMapping.upper(Array(bytes[wordStart..<word.position]))
                output += CaseMapping.lower(Array(bytes[word.position..<end]))
            }
            while let scalar = scalars.next() {
                if beginsWord(scalar) {
                    appendWord()
                    output.append(scalar)
                    wordStart = scalars.position
                }
                end = scalars.position
            }
            appendWord()
            return output
        }
        return .string(Text(text.bytes))
    }

    private static func beginsWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "-", "(", "{", "[", "<": true
        case _: scalar.isPythonSpace
        }
    }

    static func string(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("string")
        return .string(try context.text(of: value))
    }

    static func center(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let width = try arguments.bound(to: ["width"], of: "center")[0]
        let text = try context.text(of: value)
        let columns = try width.map { width throws(RenderFault) in try context.requireIndex(width) } ?? 80
        return .string(try context.padded(text, width: columns, fill: [0x20], "center"))
    }

    static func trim(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let characters = arguments.isEmpty ? nil : try arguments.bound(to: ["chars"], of: "trim")[0]
        let text = try context.text(of: value)
        try context.spend(reading: text.bytes.count)
        return .string(try context.stripped(text, characters))
    }

    static func replace(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["old", "new", "count"], required: 2, of: "replace")
        guard let old = bound[0], let new = bound[1] else { return value }
        let text = Text(try context.text(of: value).bytes)
        let limit = try context.isNone(bound[2]) ? -1 : context.requireIndex(bound[2] ?? .none)
        return .string(try context.replaced(text, context.text(of: old), context.text(of: new), limit: limit))
    }

    static func format(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        if !arguments.positional.isEmpty, !arguments.keywords.isEmpty {
            throw RenderFault(
                .filterArgument, "can't handle positional and keyword arguments at the same time")
        }
        let text = try context.text(of: value)
        if arguments.keywords.isEmpty {
            return .string(try context.percentFormat(text, .tuple(arguments.positional)))
        }
        let mapping = Dict(
            keys: arguments.keywords.map { .string(Text($0.name)) }, values: arguments.keywords.map(\.value))
        return .string(try context.percentFormat(text, .dict(mapping)))
    }

    static func join(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["d", "attribute"], of: "join")
        let path = try AttributePath(optional: bound[1], context)
        let separator = try bound[0].map { value throws(RenderFault) in try context.text(of: value) } ?? .empty
        let elements = try context.elements(of: value)
        try context.spend(steps: elements.count)
        var texts: [Text] = []
        texts.reserveCapacity(elements.count)
        for index in 0..<elements.count {
            var element = elements[index]
            if let path { element = try path.value(of: element, context) }
            texts.append(try context.text(of: element))
        }
        return .string(try context.concatenated(texts, separator: separator.bytes))
    }

    static func indent(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["width", "first", "blank"], of: "indent")
        var indentation = [UInt8](repeating: 0x20, count: 4)
        if let width = bound[0] {
            if context.isString(width) {
                indentation = try context.text(of: width).bytes
            } else {
                let count = max(try requireMultiple(width, context), 0)
                try context.spend(bytes: count)
                indentation = [UInt8](repeating: 0x20, count: count)
            }
        }
        if case .undefined(let undefined) = value { throw undefined.fault }
        guard context.isString(value) else {
            throw .type("unsupported operand type(s) for +=: '\(context.typeName(of: value))' and 'str'")
        }
        let text = try context.text(of: value)
        var lines = try context.lines(of: text.bytes)
        // Jinja2 adds a line feed first, so that a last one counts as an empty line.
        if endsLine(text.bytes) { lines.append([]) }
        if lines.isEmpty { lines = [[]] }
        let indentsFirst = try bound.flag(1, context)
        let indentsBlank = try bound.flag(2, context)
        try context.spend(bytes: indentation.count + 1, times: lines.count)
        try context.spend(bytes: text.bytes.count)
        var output: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { output.append("\n") }
            if index == 0 ? indentsFirst : indentsBlank || !line.isEmpty { output += indentation }
            output += line
        }
        return .string(Text(output, isMarkup: text.isMarkup))
    }

    private static func endsLine(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return false }
        // With "\r" at the end, the line feed that is added makes one line end of the two.
        if bytes.last == UInt8(ascii: "\r") { return false }
        let start = bytes.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
        var last = Scalars(bytes[start...])
        return last.next()?.isPythonLineEnd ?? false
    }

    /// What multiplies a string.
    private static func requireMultiple(_ value: Value, _ context: RenderContext) throws(RenderFault) -> Int {
        if case .undefined(let undefined) = value { throw undefined.fault }
        guard let count = try context.index(value) else {
            throw .type("can't multiply sequence by non-int of type '\(context.typeName(of: value))'")
        }
        return count
    }

    static func truncate(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value
    {
        let bound = try arguments.bound(to: ["length", "killwords", "end", "leeway"], of: "truncate")
        let length = try bound[0].map { value throws(RenderFault) in try context.requireIndex(value) } ?? 255
        let end = try bound[2].map { value throws(RenderFault) in try context.requireText(value, "truncate") } ?? "..."
        let leeway =
            try context.isNone(bound[3]) ? 5 : context.requireIndex(bound[3] ?? .none)
        let endCount = end.count
        guard length >= endCount else { throw .value("the length is less than that of the end") }
        guard leeway >= 0 else { throw .value("the leeway is below zero") }
        let count = try context.length(of: value)
        if count - leeway <= length { return value }
        guard context.isString(value) else {
            throw .type("truncate wants a string, not \(context.typeName(of: value))")
        }
        let text = try context.text(of: value)
        var kept = text.bytes[..<text.bytes.offset(ofScalar: length - endCount)]
        if try !bound.flag(1, context), let space = kept.lastIndex(of: 0x20) { kept = kept[..<space] }
        let tail = text.isMarkup ? try context.escaped(end) : end
        try context.spend(bytes: kept.count + tail.bytes.count)
        if tail.isMarkup, !text.isMarkup {
            return .string(Text(try context.forceEscaped(Text(kept)).bytes + tail.bytes, isMarkup: true))
        }
        return .string(Text(kept + tail.bytes, isMarkup: text.isMarkup))
    }

    static func wordCount(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value
    {
        try arguments.none("wordcount")
        let text = try context.text(of: value)
        try context.spend(examining: text)
        var count = 0
        var isInWord = false
        for scalar in Scalars(text.bytes) {
            let isWord = scalar.isWordCharacter
            if isWord, !isInWord { count += 1 }
            isInWord = isWord
        }
        return .int(count)
    }
}
