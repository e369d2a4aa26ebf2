import Domain
import JSON

/// A thing that is kept, and answered, as a JSON object.
package protocol JSONRecord: Sendable {
    init(_ fields: Fields) throws(ControlFault)
    func write(to object: inout JSONWriter)
}

extension JSONRecord {
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.record(self)
        return writer.bytes
    }

    /// Reads what `json` wrote.
    package init(stored bytes: [UInt8]) throws(ControlFault) {
        do throws(ControlFault) { try self.init(try Fields(bytes)) } catch {
            throw ControlFault(.internalError, "a stored record cannot be read: \(Self.self)")
        }
    }
}

extension JSONWriter {
    mutating func record(_ record: some JSONRecord) { object { record.write(to: &$0) } }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    mutating func array<Element>(_ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void) {
        beginArray()
        for element in elements { write(&self, element) }
        endArray()
    }

    mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// Null where the text is empty: how binary records say that there is none.
    mutating func member(_ name: String, orNull value: String) { member(name, value.isEmpty ? nil : value) }

    mutating func member<Number: BinaryInteger>(_ name: String, _ value: Number?) {
        key(name)
        if let value { int(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    mutating func member(_ name: String, _ value: Timestamp?) { member(name, value?.description) }

    mutating func member(_ name: String, _ value: NanoCredits) { member(name, value.description) }

    mutating func member(_ name: String, raw json: [UInt8]) {
        key(name)
        raw(json)
    }

    mutating func member(_ name: String, object members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }
}
