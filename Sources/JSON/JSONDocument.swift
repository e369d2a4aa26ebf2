import CSimdjson

/// One JSON text, checked whole: syntax, UTF-8, escapes, numbers, depth. Its values are views of its bytes.
///
/// Texts deeper than `maximumDepth`, larger than `maximumByteCount`, with numbers that neither 64 bits nor a double
/// hold, or with half a surrogate pair in an escape, are refused.
package struct JSONDocument: Sendable {
    /// Bytes of capacity past its end that let an array be checked in place; without them it is copied for the check.
    package static let padding: Int = tg_json_padding
    package static let maximumDepth: Int = tg_json_depth
    package static let maximumByteCount: Int = tg_json_capacity

    package let bytes: [UInt8]
    package let root: JSONValue

    package init(_ bytes: [UInt8]) throws(JSONFault) {
        let padded = bytes.capacity - bytes.count >= Self.padding
        var span = tg_json_span()
        // Where the shim reads `padding` bytes past the end, the array's own capacity reaches that far.
        let fault: JSONFault? = unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return JSONFault(.empty) }
            let verdict = unsafe tg_json_validate(base, buffer.count, padded)
            if verdict == tg_json_valid { unsafe tg_json_root(base, buffer.count, &span) }
            return JSONFault.Reason(verdict).map { unsafe JSONFault($0, at: Self.offset(of: $0, base, buffer.count)) }
        }
        if let fault { throw fault }
        self.bytes = bytes
        root = JSONValue(document: bytes, range: span.value_start..<span.value_end)
    }

    private static func offset(of reason: JSONFault.Reason, _ base: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        switch reason {
        case .empty, .tooLarge, .outOfMemory, .wrongKind, .duplicateKey: return nil
        case .malformed, .tooDeep, .invalidUTF8, .invalidString, .invalidNumber:
            var offset = 0
            return unsafe tg_json_locate_fault(base, count, &offset) ? offset : nil
        }
    }

    package init(_ bytes: some Collection<UInt8>) throws(JSONFault) {
        var padded: [UInt8] = []
        padded.reserveCapacity(bytes.count + Self.padding)
        padded.append(contentsOf: bytes)
        try self.init(padded)
    }

    package init(_ text: String) throws(JSONFault) { try self.init(text.utf8) }
}
