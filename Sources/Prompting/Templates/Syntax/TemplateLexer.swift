/// Makes tokens of a template, one at a time, by the rules of Jinja2 3.1.
struct TemplateLexer {
    let source: TemplateSource
    let options: Template.Options
    var position = 0
    var mode = Mode.text
    /// Offset of the `{{` or `{%` that is open.
    var opening = 0
    /// The brackets that are open within a tag; until they close, neither does the tag.
    var brackets: [Token.Symbol] = []
    /// For faults: the tag that is being read; the parser's to say.
    var construct = "{{"
    /// What was read last ended in a line feed (or nothing was read).
    private var isLineStart = true
    /// The tag that follows the text given out last.
    private var pending: Token?

    enum Mode { case text, output, tag }

    init(_ source: TemplateSource, options: Template.Options) {
        self.source = source
        self.options = options
    }

    mutating func next() throws(TemplateFault) -> Token {
        if let token = pending {
            pending = nil
            return token
        }
        return mode == .text ? try textToken() : try tagToken()
    }

    @inline(__always)
    func byte(at offset: Int) -> UInt8? { offset < source.bytes.count ? source.bytes[offset] : nil }

    func has(_ text: StaticString, at offset: Int) -> Bool {
        guard offset + text.utf8CodeUnitCount <= source.bytes.count else { return false }
        return text.withUTF8Buffer { text in text.elementsEqual(source.bytes[offset..<(offset + text.count)]) }
    }

    func fault(at offset: Int, _ kind: TemplateFault.Kind, _ construct: String, _ reason: String) -> TemplateFault {
        TemplateFault(at: offset, in: source, kind, construct, reason)
    }

    // MARK: - Outside of tags

    /// All text up to the next tag, comments and `raw` seen to, or that tag if there is none.
    private mutating func textToken() throws(TemplateFault) -> Token {
        let start = position
        var text: [UInt8] = []
        while position < source.bytes.count {
            guard let brace = openingBrace(from: position) else {
                text += source.bytes[position...]
                position = source.bytes.count
                break
            }
            let sign = byte(at: brace + 2)
            let afterSign = brace + (sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 3 : 2)
            let isOutput = source.bytes[brace + 1] == UInt8(ascii: "{")
            let content = isOutput || source.bytes[brace + 1] == UInt8(ascii: "#") ? nil : rawContent(from: afterSign)
            text += source.bytes[keptText(position..<brace, sign: sign, isBeforeOutput: isOutput)]
            isLineStart = false
            if let content {
                try appendRaw(from: content, opening: brace, to: &text)
            } else if source.bytes[brace + 1] == UInt8(ascii: "#") {
                try skipComment(from: afterSign, opening: brace)
            } else {
                position = afterSign
                opening = brace
                mode = isOutput ? .output : .tag
                let tag = Token(at: brace, kind: isOutput ? .outputBegin : .tagBegin)
                if text.isEmpty { return tag }
                pending = tag
                break
            }
        }
        return Token(at: start, kind: text.isEmpty ? .end : .text(text))
    }

    /// The next `{{`, `{%` or `{#`.
    private func openingBrace(from start: Int) -> Int? {
        var place = start
        while let brace = source.bytes[place...].firstIndex(of: UInt8(ascii: "{")), brace + 1 < source.bytes.count {
            switch source.bytes[brace + 1] {
            case UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#"): return brace
            default: place = brace + 1
            }
        }
        return nil
    }

    /// What white space control leaves of the text before a tag.
    private func keptText(_ text: Range<Int>, sign: UInt8?, isBeforeOutput: Bool) -> Range<Int> {
        if sign == UInt8(ascii: "-") {
            return text.lowerBound..<source.startOfSpace(before: text.upperBound, notBefore: text.lowerBound)
        }
        guard options.lstripBlocks, !isBeforeOutput, sign != UInt8(ascii: "+") else { return text }
        let lineFeed = source.bytes[text].lastIndex(of: UInt8(ascii: "\n"))
        guard lineFeed != nil || isLineStart else { return text }
        let lineStart = lineFeed.map { $0 + 1 } ?? text.lowerBound
        let isBlank = source.startOfSpace(before: text.upperBound, notBefore: lineStart) == lineStart
        return isBlank ? text.lowerBound..<lineStart : text
    }

    /// Past `-%}` and the white space after it, `+%}`, or `%}` and what `trim_blocks` takes; nil where none stands.
    /// - Parameter sign: the character before `}`: `%` or `#`.
    func endOfTag(at offset: Int, sign: UInt8, allowsPlus: Bool = true, trims: Bool = true) -> Int? {
        var place = offset
        let control = byte(at: place)
        if control == UInt8(ascii: "-") || (allowsPlus && control == UInt8(ascii: "+")) { place += 1 }
        guard byte(at: place) == sign, byte(at: place + 1) == UInt8(ascii: "}") else { return nil }
        place += 2
        if control == UInt8(ascii: "-") { return source.endOfSpace(from: place) }
        if trims, options.trimBlocks, control != UInt8(ascii: "+"), byte(at: place) == UInt8(ascii: "\n") { place += 1 }
        return place
    }

    mutating func move(to end: Int) {
        position = end
        isLineStart = end > 0 && source.bytes[end - 1] == UInt8(ascii: "\n")
    }

    private mutating func skipComment(from start: Int, opening: Int) throws(TemplateFault) {
        var place = start
        while let sign = source.bytes[place...].firstIndex(of: UInt8(ascii: "#")) {
            let control = sign > start ? source.bytes[sign - 1] : 0
            let begin = control == UInt8(ascii: "-") || control == UInt8(ascii: "+") ? sign - 1 : sign
            if let end = endOfTag(at: begin, sign: UInt8(ascii: "#")) { return move(to: end) }
            place = sign + 1
        }
        // Jinja2 lets one that opens at the very end pass.
        guard start == source.bytes.count else { throw fault(at: opening, .unclosed, "{#", "{# is never closed") }
        position = start
    }

    // MARK: - Raw

    /// Where the content begins if the tag opened before `start` is `{% raw %}`.
    private func rawContent(from start: Int) -> Int? {
        let word = source.endOfSpace(from: start)
        guard has("raw", at: word) else { return nil }
        return endOfTag(
            at: source.endOfSpace(from: word + 3), sign: UInt8(ascii: "%"), allowsPlus: false, trims: false)
    }

    private mutating func appendRaw(from start: Int, opening: Int, to text: inout [UInt8]) throws(TemplateFault) {
        move(to: start)
        var place = start
        while let brace = source.bytes[place...].firstIndex(of: UInt8(ascii: "{")) {
            place = brace + 1
            guard byte(at: brace + 1) == UInt8(ascii: "%") else { continue }
            let sign = byte(at: brace + 2)
            let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
            let word = source.endOfSpace(from: brace + (isSigned ? 3 : 2))
            guard has("endraw", at: word),
                let end = endOfTag(at: source.endOfSpace(from: word + 6), sign: UInt8(ascii: "%"))
            else { continue }
            text += source.bytes[keptText(start..<brace, sign: sign, isBeforeOutput: false)]
            return move(to: end)
        }
        // As with comments.
        guard start == source.bytes.count else {
            throw fault(at: opening, .unclosed, "raw", "{% raw %} is never closed: endraw is missing")
        }
    }
}
