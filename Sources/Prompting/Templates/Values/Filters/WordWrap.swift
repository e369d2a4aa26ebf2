/// `wordwrap`: Python's `textwrap` on each line of a text.
enum WordWrap {
    static func filter(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(
            to: ["width", "break_long_words", "wrapstring", "break_on_hyphens"], of: "wordwrap")
        if case .undefined(let undefined) = value { throw undefined.fault }
        guard context.isString(value) else {
            throw .type("'\(context.typeName(of: value))' object has no attribute 'splitlines'")
        }
        let text = try context.text(of: value)
        let width = try bound[0].map { value throws(RenderFault) in try context.requireIndex(value) } ?? 79
        var separator: Text = "\n"
        if let given = bound[2], !context.isNone(given) { separator = try context.requireText(given, "wordwrap") }
        let wrapping = Wrapping(
            width: width, breaksLongWords: try bound.flag(1, context, default: true),
            breaksOnHyphens: try bound.flag(3, context, default: true))
        // The characters, their chunks and the lines made of them.
        try context.spend(bytes: text.bytes.count, times: 8)
        var paragraphs: [Text] = []
        for line in try context.lines(of: text.bytes) {
            try context.spend(steps: 1 + line.count >> 2)
            let wrapped = try wrapping.lines(of: Array(Scalars(line)))
            let joined = try context.concatenated(wrapped, separator: separator.bytes)
            paragraphs.append(Text(joined))
        }
        return .string(try context.concatenated(paragraphs, separator: separator.bytes))
    }
}

private struct Wrapping {
    let width: Int
    let breaksLongWords: Bool
    let breaksOnHyphens: Bool

    typealias Chunk = ArraySlice<Unicode.Scalar>

    func lines(of text: [Unicode.Scalar]) throws(RenderFault) -> [Text] {
        if width <= 0 { throw .value("invalid width (must be > 0)") }
        // The next chunk is the last.
        var chunks: [Chunk] = chunks(of: text).reversed()
        var lines: [Text] = []
        while let first = chunks.last {
            var line: [Chunk] = []
            var length = 0
            if !lines.isEmpty, isBlank(first) { chunks.removeLast() }
            while let next = chunks.last, next.count <= width - length {
                line.append(next)
                length += next.count
                chunks.removeLast()
            }
            if let next = chunks.last, next.count > width { place(next, on: &line, length, &chunks) }
            if let last = line.last, isBlank(last) { line.removeLast() }
            if !line.isEmpty { lines.append(Text(bytes(of: line))) }
        }
        return lines
    }

    /// A word too long for any line: as much of it as fits where words may be broken, else a line of its own.
    private func place(_ word: Chunk, on line: inout [Chunk], _ length: Int, _ chunks: inout [Chunk]) {
        let room = width - length
        guard breaksLongWords else {
            if line.isEmpty {
                line.append(word)
                chunks.removeLast()
            }
            return
        }
        var end = room
        if breaksOnHyphens, word.count > room, let hyphen = word.prefix(room).lastIndex(of: "-"),
            word[..<hyphen].contains(where: { $0 != "-" })
        {
            end = hyphen - word.startIndex + 1
        }
        line.append(word.prefix(end))
        chunks[chunks.count - 1] = word.dropFirst(end)
    }

    private func isBlank(_ chunk: Chunk) -> Bool { chunk.allSatisfy(\.isPythonSpace) }

    private func bytes(of line: [Chunk]) -> [UInt8] {
        var bytes: [UInt8] = []
        for chunk in line { for scalar in chunk { bytes.append(scalar) } }
        return bytes
    }

    // MARK: - Chunks

    private func chunks(of text: [Unicode.Scalar]) -> [Chunk] {
        var chunks: [Chunk] = []
        var start = 0
        while start < text.count {
            let end: Int
            if isSpace(text[start]) {
                end = text[start...].firstIndex { !isSpace($0) } ?? text.count
            } else if breaksOnHyphens {
                end = wordEnd(text, from: start)
            } else {
                end = text[start...].firstIndex(where: isSpace) ?? text.count
            }
            chunks.append(text[start..<end])
            start = end
        }
        return chunks
    }

    /// Where a word ends: before white space, behind a hyphen between letters, before or behind a dash.
    private func wordEnd(_ text: [Unicode.Scalar], from start: Int) -> Int {
        if let end = dashEnd(text, at: start) { return end }
        var end = start + 1
        while end < text.count {
            if text[end] == "-", isHyphenBehind(text, end) { return end + 1 }
            if isSpace(text[end]) || dashEnd(text, at: end) != nil { return end }
            end += 1
        }
        return end
    }

    /// Where two or more hyphens end that stand behind a word or its punctuation and before a word.
    private func dashEnd(_ text: [Unicode.Scalar], at start: Int) -> Int? {
        guard text[start] == "-", start > 0, isWordOrPunctuation(text[start - 1]) else { return nil }
        guard let end = text[start...].firstIndex(where: { $0 != "-" }), end - start >= 2 else { return nil }
        return text[end].isWordCharacter ? end : nil
    }

    /// Whether a hyphen parts a word: two letters (or a letter, a hyphen, a letter) before it and two behind.
    private func isHyphenBehind(_ text: [Unicode.Scalar], _ hyphen: Int) -> Bool {
        func isLetter(_ place: Int) -> Bool {
            guard text.indices.contains(place) else { return false }
            return text[place].isWordCharacter && !text[place].isPythonDecimal
        }
        func isHyphen(_ place: Int) -> Bool { text.indices.contains(place) && text[place] == "-" }
        guard isLetter(hyphen - 1) else { return false }
        guard isLetter(hyphen - 2) || isHyphen(hyphen - 2) && isLetter(hyphen - 3) else { return false }
        guard isLetter(hyphen + 1) else { return false }
        return isLetter(hyphen + 2) || isHyphen(hyphen + 2) && isLetter(hyphen + 3)
    }

    /// To `textwrap` only ASCII's white space is.
    private func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar.value >= 0x09 && scalar.value <= 0x0D
    }

    private func isWordOrPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "!", "\"", "'", "&", ".", ",", "?": true
        case _: scalar.isWordCharacter
        }
    }
}
