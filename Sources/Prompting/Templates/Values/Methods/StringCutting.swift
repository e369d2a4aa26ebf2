extension RenderContext {
    /// `strip` and its like, and `removeprefix`; nil of another name.
    func cuttingMethod(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        switch name {
        case "strip", "lstrip", "rstrip":
            let given = try arguments.positional(0...1, of: name)
            return .string(try stripped(text, given.first, left: name != "rstrip", right: name != "lstrip"))
        case "removeprefix", "removesuffix":
            let given = try arguments.positional(1...1, of: name)
            let affix = try requireText(given[0], name).bytes
            try spend(bytes: text.bytes.count)
            let bytes = text.bytes[...]
            if name == "removeprefix", bytes.starts(with: affix) {
                return .string(Text(bytes.dropFirst(affix.count), isMarkup: text.isMarkup))
            }
            if name == "removesuffix", bytes.hasSuffix(affix) {
                return .string(Text(bytes.dropLast(affix.count), isMarkup: text.isMarkup))
            }
            return .string(text)
        case _: return nil
        }
    }

    /// - Parameter characters: those to take away; white space where there are none given.
    func stripped(
        _ text: Text, _ characters: Value?, left: Bool = true, right: Bool = true
    ) throws(RenderFault) -> Text {
        var bytes = text.bytes[...]
        if let characters, !isNone(characters) {
            guard isString(characters) else { throw .type("strip arg must be None or str") }
            let set = try self.text(of: characters)
            // Each becomes a member of a set.
            try spend(reading: 8 * set.bytes.count)
            let scalars = Set(Scalars(set.bytes))
            bytes = Self.stripped(bytes, left: left, right: right) { scalars.contains($0) }
        } else {
            bytes = Self.stripped(bytes, left: left, right: right, \.isPythonSpace)
        }
        if bytes.count == text.bytes.count { return text }
        try spend(bytes: bytes.count)
        return Text(bytes, isMarkup: text.isMarkup)
    }

    static func stripped(
        _ bytes: ArraySlice<UInt8>, left: Bool = true, right: Bool = true, _ isCut: (Unicode.Scalar) -> Bool
    ) -> ArraySlice<UInt8> {
        var rest = bytes
        if left {
            var scalars = Scalars(rest)
            var start = rest.startIndex
            while let scalar = scalars.next(), isCut(scalar) { start = scalars.position }
            rest = rest[start...]
        }
        if right {
            while !rest.isEmpty {
                var start = rest.endIndex - 1
                while start > rest.startIndex, rest[start] & 0xC0 == 0x80 { start -= 1 }
                var scalars = Scalars(rest[start...])
                guard let scalar = scalars.next(), isCut(scalar) else { break }
                rest = rest[..<start]
            }
        }
        return rest
    }
}
