import Domain
import JSON
import Prompting
import Security

/// A feature of an application, by slug.
package struct Agent: JSONRecord, Hashable {
    package var slug: String
    package var name: String
    package var created: Origin

    package init(slug: String, name: String, created: Origin) {
        self.slug = slug
        self.name = name
        self.created = created
    }

    package init(_ fields: Fields) throws(ControlFault) {
        slug = try fields.slug("slug")
        name = try fields.string("name")
        created = try Origin(fields)
    }

    package func write(to object: inout JSONWriter) {
        object.member("slug", slug)
        object.member("name", name)
        created.write(to: &object)
    }
}

/// A numbered pair of input and output JSON Schemas of an agent. An empty schema (`{}`) asks for nothing.
///
/// The texts are those that came last: one of the same shape, with other descriptions or its properties in another
/// order, takes their place. Versions hold the texts that they were made with.
package struct AgentSchema: JSONRecord, Hashable {
    package static let anything = Array("{}".utf8)
    /// Of each of the two, without white space: what is larger is no shape that a run's input could have.
    static let maximumBytes = 256 << 10

    package var number: UInt32
    /// JSON objects without white space, members in the order in which they were written: models answer in it.
    package var input: [UInt8]
    package var output: [UInt8]
    package var created: Origin

    package init(number: UInt32, input: [UInt8] = anything, output: [UInt8] = anything, created: Origin) {
        self.number = number
        self.input = input
        self.output = output
        self.created = created
    }

    package init(_ fields: Fields) throws(ControlFault) {
        number = try fields.integer("number")
        input = try fields.optionalObject("input").map { Array($0.raw) } ?? Self.anything
        output = try fields.optionalObject("output").map { Array($0.raw) } ?? Self.anything
        created = try Origin(fields)
    }

    package func write(to object: inout JSONWriter) {
        object.member("number", number)
        object.member("input", raw: input)
        object.member("output", raw: output)
        created.write(to: &object)
    }

    /// Of both schemas' shapes: what they say of values, their annotations aside.
    var shape: Digest {
        // Canonical JSON holds no NUL, so where one ends is part of it. The number tells this kind of shape from those
        // of the whole texts that stood in the index before.
        sha256(Array("2".utf8) + [0] + Self.shape(input) + [0] + Self.shape(output))
    }

    private static func shape(_ schema: [UInt8]) -> [UInt8] {
        guard let root = try? JSONDocument(schema).root, let shape = try? SchemaShape(of: root) else { return schema }
        return shape.text
    }
}
