/// Writes JSON text by appending; commas and colons come by themselves, order of calls is the caller's duty.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8]
    private var needsComma = false

    /// - Parameter capacity: bytes the text is expected to take.
    package init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package mutating func reserveCapacity(_ capacity: Int) { bytes.reserveCapacity(capacity) }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    package mutating func key(_ name: String) {
        separate()
        appendQuotedJSON(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String) {
        separate()
        appendQuotedJSON(text, to: &bytes)
    }

    /// - Parameter text: valid UTF-8.
    package mutating func string(utf8 text: some Collection<UInt8>) {
        separate()
        appendQuotedJSON(utf8: text, to: &bytes)
    }

    package mutating func int(_ value: some BinaryInteger) { raw(String(value).utf8) }

    package mutating func bool(_ value: Bool) {
        separate()
        unsafe bytes.append(contentsOf: (value ? "true" : "false" as StaticString).utf8)
    }

    package mutating func null() {
        separate()
        unsafe bytes.append(contentsOf: ("null" as StaticString).utf8)
    }

    /// - Parameter json: one JSON value.
    package mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    package mutating func value(_ value: JSONValue) { raw(value.raw) }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

extension StaticString {
    /// The text's bytes; the pointer lives as long as the program.
    fileprivate var utf8: UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
