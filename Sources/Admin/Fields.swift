import Domain
import JSON

/// The fields of a JSON object, of a request's body or of a record of ours, read one by one. A field that is null
/// counts as absent.
package struct Fields: Sendable {
    private let members: [String: JSONValue]

    package init(_ value: JSONValue) throws(ControlFault) { members = try Self.members(of: value) }

    private static func members(of value: JSONValue) throws(ControlFault) -> [String: JSONValue] {
        guard value.kind == .object, let all = try? value.members() else {
            throw .invalid("the body must be a JSON object", at: "")
        }
        var members: [String: JSONValue] = [:]
        for member in all where members.updateValue(member.value, forKey: member.name) != nil {
            throw .invalid("the field stands there twice", at: pointer(member.name))
        }
        return members
    }

    /// Reads a body; one without bytes is an empty object.
    package init(_ body: [UInt8]) throws(ControlFault) {
        guard !body.isEmpty else {
            members = [:]
            return
        }
        let document: JSONDocument
        do throws(JSONFault) { document = try JSONDocument(body) } catch {
            let place = error.offset.map { " at byte \($0)" } ?? ""
            throw .invalid("the body is not JSON: \(error.reason.rawValue)\(place)")
        }
        members = try Self.members(of: document.root)
    }

    /// Refuses every field that is not among these.
    package func allow(_ names: Set<String>) throws(ControlFault) {
        let unknown = members.keys.filter { !names.contains($0) }.sorted()
        guard let first = unknown.first else { return }
        let list = unknown.prefix(10).map { String($0.prefix(100)) }.joined(separator: ", ")
        throw .invalid("unknown field: \(list)", at: Self.pointer(first))
    }

    package subscript(name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    package func optionalString(_ name: String, maximumBytes: Int = 1000) throws(ControlFault) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.string else { throw .invalid("\(name) must be a string", at: Self.pointer(name)) }
        guard text.utf8.count <= maximumBytes else {
            throw .invalid("\(name) has at most \(maximumBytes) bytes", at: Self.pointer(name))
        }
        guard !text.utf8.contains(0) else { throw .invalid("\(name) must not hold NUL", at: Self.pointer(name)) }
        return text
    }

    package func string(_ name: String, maximumBytes: Int = 1000) throws(ControlFault) -> String {
        guard let text = try optionalString(name, maximumBytes: maximumBytes), !text.isEmpty else {
            throw missing(name)
        }
        return text
    }

    package func optionalSlug(_ name: String) throws(ControlFault) -> String? {
        guard let text = try optionalString(name) else { return nil }
        guard Slug.isValid(text) else {
            throw .invalid(
                "\(name) must be 1 to 63 of a-z, 0-9 and -, not beginning or ending in -", at: Self.pointer(name))
        }
        return text
    }

    package func slug(_ name: String) throws(ControlFault) -> String {
        guard let text = try optionalSlug(name) else { throw missing(name) }
        return text
    }

    package func optionalInteger<T: FixedWidthInteger>(
        _ name: String, minimum: T = 0, as type: T.Type = T.self
    ) throws(ControlFault) -> T? {
        guard let value = self[name] else { return nil }
        guard let number = value.int, let fitting = T(exactly: number), fitting >= minimum else {
            throw .invalid("\(name) must be an integer of at least \(minimum)", at: Self.pointer(name))
        }
        return fitting
    }

    package func integer<T: FixedWidthInteger>(
        _ name: String, minimum: T = 0, as type: T.Type = T.self
    ) throws(ControlFault) -> T {
        guard let number = try optionalInteger(name, minimum: minimum) else { throw missing(name) }
        return number
    }

    package func bool(_ name: String, default absent: Bool = false) throws(ControlFault) -> Bool {
        guard let value = self[name] else { return absent }
        guard let bool = value.bool else { throw .invalid("\(name) must be true or false", at: Self.pointer(name)) }
        return bool
    }

    package func optionalObject(_ name: String) throws(ControlFault) -> JSONValue? {
        guard let value = self[name] else { return nil }
        guard value.kind == .object else { throw .invalid("\(name) must be an object", at: Self.pointer(name)) }
        return value
    }

    package func object(_ name: String) throws(ControlFault) -> Fields {
        guard let value = try optionalObject(name) else { throw missing(name) }
        return try Fields(value)
    }

    /// A time as a string or as a number of milliseconds.
    package func optionalTime(_ name: String) throws(ControlFault) -> Timestamp? {
        guard let value = self[name] else { return nil }
        let text = value.string ?? String(decoding: value.raw, as: UTF8.self)
        guard let time = Timestamp(text) else {
            throw .invalid("\(name) must be RFC 3339, or milliseconds since 1970", at: Self.pointer(name))
        }
        return time
    }

    package func time(_ name: String) throws(ControlFault) -> Timestamp {
        guard let time = try optionalTime(name) else { throw missing(name) }
        return time
    }

    private func missing(_ name: String) -> ControlFault { .invalid("\(name) is missing", at: Self.pointer(name)) }

    private static func pointer(_ name: String) -> String {
        var text = "/"
        for scalar in name.unicodeScalars.prefix(100) {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            case _: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
