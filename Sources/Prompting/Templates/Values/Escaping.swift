extension RenderContext {
    /// What may stand in HTML: markup as it is, anything else with `&`, `<`, `>` and quotes escaped.
    func escaped(_ value: Value) throws(RenderFault) -> Text { try escaped(text(of: value)) }

    func escaped(_ text: Text) throws(RenderFault) -> Text {
        text.isMarkup ? text : try forceEscaped(text)
    }

    func forceEscaped(_ text: Text) throws(RenderFault) -> Text {
        var growth = 0
        for byte in text.bytes { growth += Self.entity(for: byte)?.utf8CodeUnitCount ?? 0 }
        try spend(bytes: text.bytes.count + growth)
        if growth == 0 { return Text(text.bytes, isMarkup: true) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.bytes.count + growth)
        for byte in text.bytes {
            if let entity = Self.entity(for: byte) { bytes.append(entity) } else { bytes.append(byte) }
        }
        return Text(bytes, isMarkup: true)
    }

    @inline(__always) private static func entity(for byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "'"): "&#39;"
        case UInt8(ascii: "\""): "&#34;"
        case _: nil
        }
    }
}
