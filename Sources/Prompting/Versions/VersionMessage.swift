import Domain

/// A message of a version: a role and what its templates say, or a place that a message list of the input takes.
///
/// `Text` is a template as it was written (`[UInt8]`), or compiled (`Template`).
package enum VersionMessage<Text: Sendable>: Sendable {
    case text(RenderedMessage.Role, Text)
    case parts(RenderedMessage.Role, [VersionPart<Text>])
    /// A template that is one `{{ expression }}`, whose value is a list of messages.
    case spliced(Text)

    /// The same message with other texts.
    /// - Parameter place: of the message in its document; the closure gets each text's own.
    func map<New, E: Error>(
        at place: JSONPointer, _ change: (Text, JSONPointer) throws(E) -> New
    ) throws(E) -> VersionMessage<New> {
        switch self {
        case .text(let role, let text): return .text(role, try change(text, place / "content"))
        case .parts(let role, let parts):
            var changed: [VersionPart<New>] = []
            for (index, part) in parts.enumerated() {
                changed.append(try part.map(at: place / "content" / index, change))
            }
            return .parts(role, changed)
        case .spliced(let text): return .spliced(try change(text, place / "messages"))
        }
    }

    /// Its templates, in the order of the text.
    package var texts: [Text] {
        switch self {
        case .text(_, let text), .spliced(let text): [text]
        case .parts(_, let parts): parts.flatMap { $0.fields.map(\.text) }
        }
    }
}

extension VersionMessage: Equatable where Text: Equatable {}

/// A part of a message's content in OpenAI's shape: `{"type":"image_url","image_url":{"url":T,"detail":T}}`.
package struct VersionPart<Text: Sendable>: Sendable {
    package struct Field: Sendable {
        package var name: String
        package var text: Text
    }

    package var kind: PartKind
    /// Those that the version has, in the order that `PartKind.fields` names them.
    package var fields: [Field]

    func map<New, E: Error>(
        at place: JSONPointer, _ change: (Text, JSONPointer) throws(E) -> New
    ) throws(E) -> VersionPart<New> {
        let place = kind.isFlat ? place : place / kind.rawValue
        var changed: [VersionPart<New>.Field] = []
        for field in fields {
            changed.append(VersionPart<New>.Field(name: field.name, text: try change(field.text, place / field.name)))
        }
        return VersionPart<New>(kind: kind, fields: changed)
    }
}

extension VersionPart.Field: Equatable where Text: Equatable {}
extension VersionPart: Equatable where Text: Equatable {}

/// What a part of a message is, by OpenAI's names.
package enum PartKind: String, Sendable, CaseIterable {
    case text
    case imageURL = "image_url"
    case file
    case inputAudio = "input_audio"

    struct Field {
        var name: String
        /// One that is not is left out of a message where its template renders to nothing.
        var isRequired = false
    }

    var fields: [Field] {
        switch self {
        case .text: [Field(name: "text", isRequired: true)]
        case .imageURL: [Field(name: "url", isRequired: true), Field(name: "detail")]
        case .file: [Field(name: "file_data"), Field(name: "file_id"), Field(name: "filename")]
        case .inputAudio: [Field(name: "data", isRequired: true), Field(name: "format", isRequired: true)]
        }
    }

    /// The fields that say what the part is of; in a message one of them has to say something.
    var sources: Set<String> {
        switch self {
        case .text: []
        case .imageURL: ["url"]
        case .file: ["file_data", "file_id"]
        case .inputAudio: ["data"]
        }
    }

    /// Whether its fields stand beside `type` rather than in an object of their own.
    var isFlat: Bool { self == .text }

    func isRequired(_ name: String) -> Bool { fields.contains { $0.name == name && $0.isRequired } }
}
