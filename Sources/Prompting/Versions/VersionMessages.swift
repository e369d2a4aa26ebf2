import Domain
import JSON

/// Reads a version's messages.
extension VersionMessage where Text == [UInt8] {
    init(_ element: JSONValue, at place: JSONPointer) throws(VersionFault) {
        guard element.kind != .object || element.member("messages") == nil else {
            let fields = try VersionFields(of: element, at: place, known: ["messages"])
            self = .spliced(try fields.required("messages", try fields.text("messages")))
            return
        }
        let fields = try VersionFields(of: element, at: place, known: ["role", "content"])
        let name = try fields.required("role", try fields.string("role"))
        guard let role = RenderedMessage.Role(rawValue: name), role.isTemplated else {
            let known = RenderedMessage.Role.allCases.filter(\.isTemplated).map(\.rawValue).joined(separator: ", ")
            throw VersionFault(place / "role", "not a role: \(known)")
        }
        let content = try fields.required("content", fields.value("content"))
        guard content.kind == .array else {
            guard let text = content.decodedBytes else {
                throw VersionFault(place / "content", "must be a string or an array of parts")
            }
            self = .text(role, text)
            return
        }
        var parts: [VersionPart<[UInt8]>] = []
        for (index, part) in content.elements().enumerated() {
            parts.append(try VersionPart(part, at: place / "content" / index))
        }
        guard !parts.isEmpty else { throw VersionFault(place / "content", "must have a part") }
        self = .parts(role, parts)
    }

    /// Members in the order of their names.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .text(let role, let text):
            writer.key("content")
            writer.string(utf8: text)
            writer.key("role")
            writer.string(role.rawValue)
        case .parts(let role, let parts):
            writer.key("content")
            writer.beginArray()
            for part in parts { part.write(to: &writer) }
            writer.endArray()
            writer.key("role")
            writer.string(role.rawValue)
        case .spliced(let text):
            writer.key("messages")
            writer.string(utf8: text)
        }
        writer.endObject()
    }
}

extension VersionPart where Text == [UInt8] {
    init(_ value: JSONValue, at place: JSONPointer) throws(VersionFault) {
        guard value.kind == .object else { throw VersionFault(place, "must be an object") }
        let type = value.present("type")?.string
        guard let kind = type.flatMap(PartKind.init(rawValue:)) else {
            let known = PartKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw VersionFault(place / "type", type == nil ? "required" : "not a part's type: \(known)")
        }
        let names = kind.fields.map(\.name)
        var fields = try VersionFields(
            of: value, at: place, known: kind.isFlat ? Set(names + ["type"]) : ["type", kind.rawValue])
        if !kind.isFlat {
            let inner = try fields.required(kind.rawValue, fields.value(kind.rawValue))
            fields = try VersionFields(of: inner, at: place / kind.rawValue, known: Set(names))
        }
        self.kind = kind
        self.fields = []
        for field in kind.fields {
            let text = try fields.text(field.name)
            if field.isRequired { _ = try fields.required(field.name, text) }
            if let text { self.fields.append(Field(name: field.name, text: text)) }
        }
        guard kind != .file || self.fields.contains(where: { $0.name != "filename" }) else {
            throw VersionFault(place / kind.rawValue, "needs file_data or file_id")
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if !kind.isFlat {
            writer.key(kind.rawValue)
            writer.beginObject()
        }
        for field in fields.sorted(by: { $0.name < $1.name }) {
            writer.key(field.name)
            writer.string(utf8: field.text)
        }
        if !kind.isFlat { writer.endObject() }
        writer.key("type")
        writer.string(kind.rawValue)
        writer.endObject()
    }
}
