import JSON

/// The members of one object of a version document; each read with the type it must have.
struct VersionFields {
    private let place: JSONPointer
    private var values: [String: JSONValue] = [:]

    init(of object: JSONValue, at place: JSONPointer, known: Set<String>) throws(VersionFault) {
        self.place = place
        for member in try Self.members(of: object, at: place) {
            guard known.contains(member.name) else {
                throw VersionFault(
                    place / member.name, "unknown field; known here: \(known.sorted().joined(separator: ", "))")
            }
            values[member.name] = member.value
        }
    }

    /// nil where it is absent or null.
    func value(_ name: String) -> JSONValue? {
        guard let value = values[name], !value.isNull else { return nil }
        return value
    }

    func required<Value>(_ name: String, _ value: Value?) throws(VersionFault) -> Value {
        guard let value else { throw VersionFault(place / name, "required") }
        return value
    }

    func string(_ name: String) throws(VersionFault) -> String? {
        guard let value = value(name) else { return nil }
        guard let string = value.string else { throw VersionFault(place / name, "must be a string") }
        return string
    }

    /// A string as UTF-8.
    func text(_ name: String) throws(VersionFault) -> [UInt8]? {
        guard let value = value(name) else { return nil }
        guard let text = value.decodedBytes else { throw VersionFault(place / name, "must be a string") }
        return text
    }

    func bool(_ name: String) throws(VersionFault) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let bool = value.bool else { throw VersionFault(place / name, "must be true or false") }
        return bool
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(VersionFault) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let integer = value.int, range.contains(integer) else {
            throw VersionFault(
                place / name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func array(_ name: String) throws(VersionFault) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard value.kind == .array else { throw VersionFault(place / name, "must be an array") }
        return value.elements()
    }

    func object(_ name: String) throws(VersionFault) -> [JSONMember]? {
        guard let value = value(name) else { return nil }
        return try Self.members(of: value, at: place / name)
    }

    /// The members of what must be an object, each name once.
    private static func members(of value: JSONValue, at place: JSONPointer) throws(VersionFault) -> [JSONMember] {
        guard value.kind == .object else { throw VersionFault(place, "must be an object") }
        let members: [JSONMember]
        do throws(JSONFault) {
            members = try value.members()
        } catch {
            throw VersionFault(place, error)
        }
        var names: Set<String> = []
        for member in members where !names.insert(member.name).inserted {
            throw VersionFault(place / member.name, "stands twice")
        }
        return members
    }
}
