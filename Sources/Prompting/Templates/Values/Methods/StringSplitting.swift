extension RenderContext {
    /// `split`, `rsplit`, `splitlines`, `partition`, `rpartition`; nil of another name.
    func splittingMethod(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        switch name {
        case "split", "rsplit":
            let bound = try arguments.bound(to: ["sep", "maxsplit"], of: name)
            let limit = try bound[1].map { value throws(RenderFault) in try requireIndex(value) } ?? -1
            let isFromRight = name == "rsplit"
            guard let separator = bound[0], !isNone(separator) else {
                return try list(words(text.bytes[...], limit: limit, fromRight: isFromRight), of: text)
            }
            guard isString(separator) else {
                throw .type("must be str or None, not \(typeName(of: separator))")
            }
            let pattern = try self.text(of: separator).bytes
            if pattern.isEmpty { throw .value("empty separator") }
            return try list(parts(text.bytes[...], pattern[...], limit: limit, fromRight: isFromRight), of: text)
        case "splitlines":
            let keepsEnds = try arguments.bound(to: ["keepends"], of: name)[0]
            let keeps = try keepsEnds.map { value throws(RenderFault) in try isTrue(value) } ?? false
            return try list(lines(of: text.bytes, keepingEnds: keeps), of: text)
        case "partition", "rpartition":
            let given = try arguments.positional(1...1, of: name)
            let pattern = try requireText(given[0], name).bytes
            if pattern.isEmpty { throw .value("empty separator") }
            try spend(bytes: text.bytes.count + 96)
            let bytes = text.bytes[...]
            let isFirst = name == "partition"
            let found = isFirst ? bytes.firstRange(of: pattern[...]) : bytes.lastRange(of: pattern[...])
            let parts: [ArraySlice<UInt8>]
            if let found {
                parts = [bytes[..<found.lowerBound], bytes[found], bytes[found.upperBound...]]
            } else {
                parts = isFirst ? [bytes, [], []] : [[], [], bytes]
            }
            return .tuple(parts.map { .string(Text($0, isMarkup: text.isMarkup)) })
        case _: return nil
        }
    }

    private func list(_ parts: [ArraySlice<UInt8>], of text: Text) throws(RenderFault) -> Value {
        try spend(bytes: 48 * parts.count + text.bytes.count)
        return .list(parts.map { .string(Text($0, isMarkup: text.isMarkup)) })
    }

    /// What white space stands between.
    func words(
        _ text: ArraySlice<UInt8>, limit: Int = -1, fromRight: Bool = false
    ) throws(RenderFault) -> [ArraySlice<UInt8>] {
        try spend(reading: text.count)
        var found: [ArraySlice<UInt8>] = []
        var scalars = Scalars(text)
        var start: Int?
        var end = text.startIndex
        while let scalar = scalars.next() {
            if scalar.isPythonSpace {
                if let first = start {
                    try spend()
                    found.append(text[first..<end])
                    start = nil
                }
            } else if start == nil {
                start = end
            }
            end = scalars.position
        }
        if let start { found.append(text[start..<end]) }
        guard limit >= 0, found.count > limit else { return found }
        // What is over stays in one, with all the white space within and at the far end.
        if fromRight {
            let rest = text[..<found[found.count - limit - 1].endIndex]
            return [rest] + found.suffix(limit)
        }
        return found.prefix(limit) + [text[found[limit].startIndex...]]
    }

    private func parts(
        _ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>, limit: Int, fromRight: Bool
    ) throws(RenderFault) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var rest = text
        while limit < 0 || parts.count < limit {
            guard let found = fromRight ? rest.lastRange(of: pattern) : rest.firstRange(of: pattern) else { break }
            try spend()
            if fromRight {
                parts.append(rest[found.upperBound...])
                rest = rest[..<found.lowerBound]
            } else {
                parts.append(rest[..<found.lowerBound])
                rest = rest[found.upperBound...]
            }
        }
        parts.append(rest)
        return fromRight ? parts.reversed() : parts
    }

    func lines(of text: [UInt8], keepingEnds: Bool = false) throws(RenderFault) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var scalars = Scalars(text)
        var start = 0
        var end = 0
        while let scalar = scalars.next() {
            if scalar.isPythonLineEnd {
                try spend()
                var next = scalars.position
                if scalar == "\r", next < text.count, text[next] == UInt8(ascii: "\n") {
                    _ = scalars.next()
                    next += 1
                }
                lines.append(text[start..<(keepingEnds ? next : end)])
                start = next
            }
            end = scalars.position
        }
        if start < text.count { lines.append(text[start...]) }
        return lines
    }
}
