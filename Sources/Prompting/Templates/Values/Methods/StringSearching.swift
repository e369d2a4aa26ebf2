extension RenderContext {
    /// `find`, `rfind`, `index`, `rindex`, `count`; nil of another name.
    func searchMethod(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        switch name {
        case "find", "rfind", "index", "rindex", "count": break
        case _: return nil
        }
        let given = try arguments.positional(1...3, of: name)
        let wanted = try requireText(given[0], name).bytes[...]
        let range = try searchRange(text, given, from: 1)
        if name == "count" {
            return .int(try range.map { r throws(RenderFault) in try count(wanted, in: text.bytes[r]) } ?? 0)
        }
        let isLast = name == "rfind" || name == "rindex"
        let found = range.flatMap { range in
            let part = text.bytes[range]
            return isLast ? part.lastRange(of: wanted) : part.firstRange(of: wanted)
        }
        if let found { return .int(text.bytes[..<found.lowerBound].scalarCount) }
        if name == "index" || name == "rindex" { throw .value("substring not found") }
        return .int(-1)
    }

    private func count(_ wanted: ArraySlice<UInt8>, in text: ArraySlice<UInt8>) throws(RenderFault) -> Int {
        if wanted.isEmpty { return text.scalarCount + 1 }
        var count = 0
        var rest = text
        while let found = rest.firstRange(of: wanted) {
            try spend()
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }

    /// The bytes between the characters that the arguments from that place on name; nil where the first lies behind the
    /// end, where not even nothing is found.
    func searchRange(_ text: Text, _ given: [Value], from place: Int) throws(RenderFault) -> Range<Int>? {
        guard given.count > place else { return 0..<text.bytes.count }
        let count = text.count
        let start = try searchPosition(given[place], count) ?? 0
        let stop = min(try given.count > place + 1 ? searchPosition(given[place + 1], count) ?? count : count, count)
        guard start <= count, start <= stop else { return nil }
        if text.isASCII { return start..<stop }
        return text.bytes.offset(ofScalar: start)..<text.bytes.offset(ofScalar: stop)
    }

    private func searchPosition(_ value: Value, _ count: Int) throws(RenderFault) -> Int? {
        if isNone(value) { return nil }
        guard let index = try index(value) else {
            throw .type("slice indices must be integers or None or have an __index__ method")
        }
        return index < 0 ? max(index + count, 0) : index
    }
}
