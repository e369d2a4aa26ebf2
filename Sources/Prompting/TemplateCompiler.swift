/// Splits a template into text and variables; remembers the paths it met.
struct TemplateCompiler {
    let source: [UInt8]
    private(set) var pieces: [Template.Piece] = []
    private(set) var paths: [VariablePath] = []
    private var known: [VariablePath: Int] = [:]

    init(source: [UInt8]) { self.source = source }

    mutating func run() throws(TemplateFault) {
        var textStart = 0
        var position = 0
        while let brace = source[position...].firstIndex(of: UInt8(ascii: "{")), brace + 1 < source.count {
            switch source[brace + 1] {
            case UInt8(ascii: "{"):
                if textStart < brace { pieces.append(.text(textStart..<brace)) }
                var expression = TemplateExpression(source: source, opening: brace)
                let path = try expression.path()
                pieces.append(.variable(number(of: path)))
                position = expression.position
                textStart = position
            case UInt8(ascii: "%"):
                throw TemplateFault(at: brace, in: source, .statement, "{% … %}")
            case UInt8(ascii: "#"):
                throw TemplateFault(at: brace, in: source, .comment, "{# … #}")
            default:
                position = brace + 1
            }
        }
        if textStart < source.count { pieces.append(.text(textStart..<source.count)) }
    }

    private mutating func number(of path: VariablePath) -> Int {
        if let number = known[path] { return number }
        known[path] = paths.count
        paths.append(path)
        return paths.count - 1
    }
}

extension TemplateFault {
    /// A fault at a byte offset.
    init(at offset: Int, in source: [UInt8], _ kind: Kind, _ construct: String) {
        let before = source[..<offset]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        self.init(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            // A scalar begins at every byte that continues none.
            column: source[lineStart..<offset].count { $0 & 0xC0 != 0x80 } + 1,
            kind: kind, construct: construct)
    }
}
