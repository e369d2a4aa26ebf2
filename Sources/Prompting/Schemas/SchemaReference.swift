/// A reference to a schema, taken apart: `base#fragment`.
struct SchemaReference: Sendable {
    enum Target: Hashable, Sendable {
        /// A JSON Pointer's names; empty: the whole.
        case pointer([Text])
        case anchor(Text)
    }

    /// Empty where it stays within its document.
    let base: Text
    /// nil where the fragment is neither a pointer nor a name.
    let target: Target?

    init(_ text: Text) {
        let hash = text.bytes.firstIndex(of: UInt8(ascii: "#"))
        base = Text(Array(text.bytes[..<(hash ?? text.bytes.endIndex)]))
        guard let hash else {
            target = .pointer([])
            return
        }
        let fragment = Self.percentDecoded(text.bytes[(hash + 1)...])
        if fragment.isEmpty {
            target = .pointer([])
        } else if fragment[0] == UInt8(ascii: "/") {
            let names = fragment.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            target = .pointer(names.map { Text(Self.pointerDecoded($0)) })
        } else {
            target = .anchor(Text(fragment))
        }
    }

    /// Whether what it leads to stands where only a reference makes it a schema, and which a shape says otherwise than the
    /// text: under an annotation, or in a list whose order says nothing.
    var leadsAside: Bool {
        guard case .pointer(let names) = target else { return false }
        var rest = names[...]
        while let name = rest.popFirst() {
            switch KeywordContent(name) {
            case .annotation, .set, .type, .namedSets: return true
            case .schema: break
            case .schemas, .namedSchemas, .namedSchemasOrNames: rest = rest.dropFirst()
            case .schemaOrSchemas:
                if rest.first?.bytes.allSatisfy({ (48...57).contains($0) }) == true { rest = rest.dropFirst() }
            // What stands there is kept as it is.
            case .reference, .other: return false
            }
        }
        return false
    }

    private static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                decoded.append(code)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    private static func pointerDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "~"), let code = rest.first, code == 48 || code == 49 {
                decoded.append(code == 48 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                rest = rest.dropFirst()
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }
}
