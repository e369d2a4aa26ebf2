import JSON

/// The objects and arrays that stand one after the other in a file, with white space or nothing between them.
struct JSONTexts {
    private var rest: ArraySlice<UInt8>
    private var line = 1

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    mutating func next() throws(BillFault) -> BillValue? {
        let space = rest.prefix { Self.isSpace($0) }
        line += space.count { $0 == 0x0A }
        rest = rest[space.endIndex...]
        guard let first = rest.first else { return nil }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            throw BillFault(line: line, "expects a JSON object")
        }
        let text = rest[..<end]
        do throws(JSONFault) {
            let value = BillValue(try JSONDocument(text).root, line: line)
            line += text.count { $0 == 0x0A }
            rest = rest[text.endIndex...]
            return value
        } catch {
            // What follows the place of the fault is not looked at, so the line is that of the fault itself.
            let before = text.prefix(error.offset ?? 0).count { $0 == 0x0A }
            throw BillFault(line: line + before, "expects JSON: \(error.reason.rawValue)")
        }
    }

    /// Past the bracket that closes the first one; past all where none does.
    private var end: Int {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in zip(rest.indices, rest) {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            case _: break
            }
        }
        return rest.endIndex
    }
}
