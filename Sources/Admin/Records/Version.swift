import Domain
import JSON

/// A version as it is named: its number within the agent, and the hash of its content.
package struct VersionReference: Hashable, Sendable {
    package var number: UInt32
    package var hash: Digest

    package init(number: UInt32, hash: Digest) {
        self.number = number
        self.hash = hash
    }

    init(_ fields: Fields) throws(ControlFault) {
        number = try fields.integer("number")
        hash = try fields.digest("hash")
    }

    func write(to object: inout JSONWriter) {
        object.member("number", number)
        object.member("hash", hash.description)
    }
}

extension Fields {
    func digest(_ name: String) throws(ControlFault) -> Digest {
        guard let digest = Digest(hexadecimal: try string(name)) else { throw .invalid("\(name) must be a SHA-256") }
        return digest
    }
}

/// What is kept of a version beside its content.
package struct Version: JSONRecord, Hashable {
    package var reference: VersionReference
    package var schema: UInt32
    package var provider: String
    package var model: String
    package var maximumOutputTokens: Int64?
    /// The newest one given; older ones still name the version.
    package var label: String?
    package var notes: String?
    package var created: Origin

    package init(_ fields: Fields) throws(ControlFault) {
        reference = try VersionReference(fields)
        schema = try fields.integer("schema")
        provider = try fields.string("provider")
        model = try fields.string("model")
        maximumOutputTokens = try fields.optionalInteger("max_output_tokens")
        label = try fields.optionalString("label")
        notes = try fields.optionalString("notes", maximumBytes: NewVersion.maximumNotesBytes)
        created = try Origin(fields)
    }

    init(
        reference: VersionReference, schema: UInt32, provider: String, model: String, maximumOutputTokens: Int64?,
        label: String?, notes: String?, created: Origin
    ) {
        self.reference = reference
        self.schema = schema
        self.provider = provider
        self.model = model
        self.maximumOutputTokens = maximumOutputTokens
        self.label = label
        self.notes = notes
        self.created = created
    }

    package func write(to object: inout JSONWriter) {
        reference.write(to: &object)
        object.member("schema", schema)
        object.member("provider", provider)
        object.member("model", model)
        object.member("max_output_tokens", maximumOutputTokens)
        object.member("label", label)
        object.member("notes", notes)
        created.write(to: &object)
    }
}

/// A version to be.
package struct NewVersion: Sendable {
    package static let maximumNotesBytes = 10_000
    package static let maximumLabelBytes = 100

    /// The content's fields as they came, without the schema.
    package var content: [(name: String, value: JSONValue)]
    /// The newest one unless said.
    package var schema: UInt32?
    package var label: String?
    package var notes: String?

    package init(
        content: [(name: String, value: JSONValue)], schema: UInt32? = nil, label: String? = nil, notes: String? = nil
    ) {
        self.content = content
        self.schema = schema
        self.label = label
        self.notes = notes
    }
}

/// What a caller can name a version by: its number, a label, or the beginning of its hash.
package enum VersionName: Hashable, Sendable {
    case number(UInt32)
    /// To be read as a label, a number or a hash, in this order.
    case text(String)

    package static let minimumHashDigits = 8

    /// Labels are 1 to 100 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `+`, `-`, and not a number.
    package static func isLabel(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...NewVersion.maximumLabelBytes).contains(bytes.count) else { return false }
        let allowed = bytes.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 43, 45, 46, 95: true
            case _: false
            }
        }
        return allowed && !bytes.allSatisfy { (48...57).contains($0) }
    }
}
