import JSON

/// A JSON object to send; members without a value are left out.
struct JSONBody: Sendable {
    private var writer = JSONWriter()

    init() { writer.beginObject() }

    /// The object, closed.
    var bytes: [UInt8] {
        var writer = writer
        writer.endObject()
        return writer.bytes
    }

    mutating func set(_ name: String, _ text: String?) {
        guard let text else { return }
        writer.key(name)
        writer.string(text)
    }

    mutating func set(_ name: String, _ number: Int?) {
        guard let number else { return }
        writer.key(name)
        writer.int(number)
    }

    /// Left out where false.
    mutating func set(flag name: String, _ isSet: Bool) {
        guard isSet else { return }
        writer.key(name)
        writer.bool(true)
    }

    /// - Parameter json: one JSON value.
    mutating func set(_ name: String, json: some Collection<UInt8>) {
        writer.key(name)
        writer.raw(json)
    }
}
