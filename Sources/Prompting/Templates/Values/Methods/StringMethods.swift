extension RenderContext {
    /// A method of `str`, or of markupsafe's `Markup`, whose results are marked and which escapes what it takes in.
    func callStringMethod(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        guard BuiltinNames.ofString.contains(name) else { return nil }
        try spend(examining: text)
        if let mapped = try caseMethod(text, name, arguments) { return mapped }
        if let tested = try stringPredicate(text, name, arguments) { return .bool(tested) }
        if let found = try searchMethod(text, name, arguments) { return found }
        if let cut = try cuttingMethod(text, name, arguments) { return cut }
        if let split = try splittingMethod(text, name, arguments) { return split }
        if let padded = try paddingMethod(text, name, arguments) { return padded }
        switch name {
        case "replace":
            let given = try arguments.positional(2...3, of: name)
            let old = try requireText(given[0], name)
            let new = try requireText(given[1], name)
            let limit = try given.count > 2 ? requireIndex(given[2]) : -1
            return .string(try replaced(text, old, text.isMarkup ? escaped(new) : new, limit: limit))
        case "join":
            let given = try arguments.positional(1...1, of: name)
            return .string(try joined(given[0], separator: text))
        case "format": return .string(try braceFormat(text, arguments))
        case "format_map":
            let given = try arguments.positional(1...1, of: name)
            return .string(try braceFormat(text, mapping: given[0]))
        case "translate": return .string(try translated(text, arguments.positional(1...1, of: name)[0]))
        case "maketrans": return try translationTable(arguments)
        case _: throw RenderFault(.refused, "the method \(name) is not supported")
        }
    }

    private func caseMethod(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        let map: ([UInt8]) -> [UInt8]
        switch name {
        case "upper": map = CaseMapping.upper
        case "lower": map = CaseMapping.lower
        case "capitalize": map = CaseMapping.capitalized
        case "title": map = CaseMapping.titled
        case "swapcase": map = CaseMapping.swapped
        case "casefold": map = CaseMapping.folded
        case _: return nil
        }
        _ = try arguments.positional(0...0, of: name)
        return .string(try mapped(text, map))
    }

    /// Pays for a text as long as this one, which case mappings and the like make, and makes it.
    func mapped(_ text: Text, _ map: ([UInt8]) -> [UInt8]) throws(RenderFault) -> Text {
        try spend(bytes: text.bytes.count)
        try spend(examining: text)
        let mapped = map(text.bytes)
        // A few letters become two or three; never more.
        try spend(bytes: max(mapped.count - text.bytes.count, 0))
        return Text(mapped, isMarkup: text.isMarkup)
    }

    /// `str.join`: every element must be a string, unless the separator is markup, which escapes them.
    private func joined(_ value: Value, separator: Text) throws(RenderFault) -> Text {
        let elements = try elements(of: value)
        try spend(steps: elements.count)
        var texts: [Text] = []
        texts.reserveCapacity(elements.count)
        for index in 0..<elements.count {
            let element = elements[index]
            if separator.isMarkup {
                texts.append(try escaped(element))
            } else {
                guard isString(element) else {
                    throw .type(
                        "sequence item \(index): expected str instance, \(typeName(of: element)) found")
                }
                texts.append(try text(of: element))
            }
        }
        return Text(try concatenated(texts, separator: separator.bytes), isMarkup: separator.isMarkup)
    }

    func concatenated(_ texts: [Text], separator: [UInt8]) throws(RenderFault) -> [UInt8] {
        try spend(bytes: separator.count, times: max(texts.count - 1, 0))
        let size = texts.reduce(0) { $0 + $1.bytes.count }
        try spend(bytes: size)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + separator.count * max(texts.count - 1, 0))
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(contentsOf: separator) }
            bytes.append(contentsOf: text.bytes)
        }
        return bytes
    }

    /// - Parameter limit: how many are replaced at most; all when below zero.
    func replaced(_ text: Text, _ old: Text, _ new: Text, limit: Int) throws(RenderFault) -> Text {
        try spend(reading: text.bytes.count)
        if old.bytes.isEmpty { return try interspersed(text, new, limit: limit) }
        var places: [Int] = []
        var start = 0
        while limit < 0 || places.count < limit, let found = text.bytes[start...].firstRange(of: old.bytes[...]) {
            try spend()
            places.append(found.lowerBound)
            start = found.upperBound
        }
        if places.isEmpty { return text }
        try spend(bytes: new.bytes.count, times: places.count)
        try spend(bytes: text.bytes.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.bytes.count + places.count * (new.bytes.count - old.bytes.count))
        start = 0
        for place in places {
            bytes.append(contentsOf: text.bytes[start..<place])
            bytes.append(contentsOf: new.bytes)
            start = place + old.bytes.count
        }
        bytes.append(contentsOf: text.bytes[start...])
        return Text(bytes, isMarkup: text.isMarkup)
    }

    /// What replacing nothing does: the new text before every character and at the end.
    private func interspersed(_ text: Text, _ new: Text, limit: Int) throws(RenderFault) -> Text {
        let places = text.count + 1
        let count = limit < 0 ? places : min(limit, places)
        try spend(bytes: new.bytes.count, times: count)
        try spend(bytes: text.bytes.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.bytes.count + count * new.bytes.count)
        var done = 0
        for byte in text.bytes {
            if byte & 0xC0 != 0x80, done < count {
                bytes.append(contentsOf: new.bytes)
                done += 1
            }
            bytes.append(byte)
        }
        if done < count { bytes.append(contentsOf: new.bytes) }
        return Text(bytes, isMarkup: text.isMarkup)
    }
}
