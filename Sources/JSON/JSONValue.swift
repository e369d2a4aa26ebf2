import CSimdjson

/// A value of a checked document: its bytes where they stand, decoded only when asked.
package struct JSONValue: Sendable {
    package enum Kind: String, Sendable, CaseIterable { case object, array, string, number, bool, null }

    /// The whole document's bytes.
    package let document: [UInt8]
    /// The value's own bytes, without white space around them; of a string, with its quotes.
    package let range: Range<Int>
    package let kind: Kind

    /// - Parameter range: of a value within a checked document.
    init(document: [UInt8], range: Range<Int>) {
        self.document = document
        self.range = range
        kind =
            switch document[range.lowerBound] {
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            case UInt8(ascii: "\""): .string
            case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
            case UInt8(ascii: "n"): .null
            case _: .number
            }
    }

    package var raw: ArraySlice<UInt8> { document[range] }
    package var isNull: Bool { kind == .null }
    package var bool: Bool? { kind == .bool ? document[range.lowerBound] == UInt8(ascii: "t") : nil }

    /// The text of a string, escapes decoded.
    package var string: String? {
        guard kind == .string else { return nil }
        return unsafe withContents { contents, isPlain in
            if isPlain { return unsafe String(decoding: contents, as: UTF8.self) }
            return unsafe String(decoding: Self.unescaped(contents), as: UTF8.self)
        }
    }

    /// The text of a string as UTF-8, escapes decoded.
    package var decodedBytes: [UInt8]? {
        guard kind == .string else { return nil }
        return unsafe withContents { contents, isPlain in unsafe isPlain ? Array(contents) : Self.unescaped(contents) }
    }

    /// How many bytes `decodedBytes` has, at little cost; 0 for what is not a string.
    package var decodedByteCount: Int {
        guard kind == .string else { return 0 }
        return unsafe withContents { contents, isPlain in
            unsafe isPlain ? contents.count : Self.unescaped(contents).count
        }
    }

    /// Whether this is a string that says exactly this.
    package func isString(_ text: StaticString) -> Bool {
        guard kind == .string else { return false }
        return unsafe withContents { contents, isPlain in
            text.withUTF8Buffer { wanted in
                unsafe isPlain ? contents.elementsEqual(wanted) : Self.unescaped(contents).elementsEqual(wanted)
            }
        }
    }

    /// The value of a number written as an integer (`12`, `-0`; not `1e3` or `1.0`) that fits.
    package var int: Int64? {
        guard kind == .number else { return nil }
        return Self.integer(raw)
    }

    package var double: Double? {
        kind == .number ? Double(String(decoding: raw, as: UTF8.self)) : nil
    }

    private static func integer(_ digits: ArraySlice<UInt8>) -> Int64? {
        let isNegative = digits.first == UInt8(ascii: "-")
        var value: Int64 = 0
        for digit in isNegative ? digits.dropFirst() : digits[...] {
            guard (48...57).contains(digit) else { return nil }
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) =
                isNegative
                ? tens.subtractingReportingOverflow(Int64(digit - 48)) : tens.addingReportingOverflow(Int64(digit - 48))
            if overflows || overflowsToo { return nil }
            value = sum
        }
        return value
    }

    /// Lends what stands between a string's quotes, and whether it is free of escapes. A string of a checked document
    /// has both quotes, so the range between them is one.
    private func withContents<R>(_ body: (UnsafeBufferPointer<UInt8>, _ isPlain: Bool) -> R) -> R {
        unsafe document.withUnsafeBufferPointer { buffer in
            let contents = unsafe UnsafeBufferPointer(rebasing: buffer[range.lowerBound + 1..<range.upperBound - 1])
            guard let base = contents.baseAddress else { return unsafe body(contents, true) }
            return unsafe body(contents, tg_json_plain_prefix(base, contents.count) == contents.count)
        }
    }

    private static func unescaped(_ contents: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        // Decoded, a string is never longer than it was, and `count` is how many bytes the shim wrote.
        unsafe [UInt8](unsafeUninitializedCapacity: contents.count) { buffer, count in
            guard let from = contents.baseAddress, let to = buffer.baseAddress else { return }
            count = unsafe tg_json_unescape(from, contents.count, to)
        }
    }

    /// The name of a member whose key stands there.
    static func name(_ document: [UInt8], _ key: Range<Int>) -> String {
        unsafe document.withUnsafeBufferPointer { buffer in
            let contents = unsafe UnsafeBufferPointer(rebasing: buffer[key])
            guard let base = contents.baseAddress,
                unsafe tg_json_plain_prefix(base, contents.count) < contents.count
            else { return unsafe String(decoding: contents, as: UTF8.self) }
            return unsafe String(decoding: unescaped(contents), as: UTF8.self)
        }
    }
}
