import JSON

// Until the evaluator and the schemas are here: their interface over what there is. Goes with their merge.

extension Template {
    package struct Options: Hashable, Sendable {
        package var trimBlocks = false
        package var lstripBlocks = false
        package var keepTrailingNewline = false
        package var isLenient = false
        package init() {}
    }

    package init(compiling text: [UInt8], options: Options) throws(TemplateFault) { try self.init(compiling: text) }

    func render(in context: RenderContext, into output: inout [UInt8]) throws(RenderFault) {
        try render(
            input: context.input?.value(0), into: &output, maximumBytes: output.count + context.limits.outputBytes)
    }

    func renderJSON(in context: RenderContext) throws(RenderFault) -> [UInt8]? {
        guard isExpression, let path = paths.first else { return nil }
        guard let value = context.input?.value(0).value(at: path) else { throw .missingVariable(path: path.text) }
        return Array(value.raw)
    }

    package var variables: [TemplateVariable] {
        paths.map { TemplateVariable(name: $0.segments[0].name, paths: [$0.text], isRequired: true) }
    }

    var isExpression: Bool { pieces.count == 1 && paths.count == 1 }
    var isPath: Bool { isExpression }
}

package struct TemplateVariable: Hashable, Sendable {
    package var name: String
    package var paths: [String]
    package var isRequired: Bool
}

package func inferredInputSchema(of variables: [TemplateVariable], isLenient: Bool = false) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("additionalProperties")
    writer.bool(false)
    writer.key("properties")
    writer.beginObject()
    var names: [String] = []
    for variable in variables where !names.contains(variable.name) {
        names.append(variable.name)
        writer.key(variable.name)
        writer.bool(true)
    }
    writer.endObject()
    writer.key("required")
    writer.beginArray()
    for variable in variables where !isLenient && variable.isRequired && names.contains(variable.name) {
        names.removeAll { $0 == variable.name }
        writer.string(variable.name)
    }
    writer.endArray()
    writer.key("type")
    writer.string("object")
    writer.endObject()
    return writer.bytes
}

/// Only type, required, properties, additionalProperties and items.
package struct JSONSchema: Sendable {
    private let root: JSONValue
    package var byteCost: Int { root.range.count }

    package init(compiling text: [UInt8]) throws(SchemaFault) {
        guard let root = try? JSONDocument(text).root else { throw SchemaFault(pointer: "", message: "not JSON") }
        self.root = root
    }

    package func faults(of tape: JSONTape, atMost: Int = 32) -> [SchemaViolation] {
        var faults: [SchemaViolation] = []
        check(tape.value(0), root, "", &faults)
        return Array(faults.prefix(atMost))
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, _ pointer: String, _ faults: inout [SchemaViolation]) {
        func add(_ rule: String, _ message: String) {
            faults.append(SchemaViolation(pointer: pointer, rule: rule, schemaPointer: "", message: message))
        }
        if let type = schema.member("type")?.string {
            let fits =
                type == "integer"
                ? value.int != nil : type == "boolean" ? value.bool != nil : type == value.kind.rawValue
            if !fits { add("type", "must be of type \(type)") }
        }
        guard value.kind == .object, let members = try? value.members() else {
            if let items = schema.member("items") {
                for (index, element) in value.elements().enumerated() {
                    check(element, items, pointer + "/\(index)", &faults)
                }
            }
            return
        }
        for name in schema.member("required")?.elements() ?? [] {
            if let name = name.string, value.member(name) == nil { add("required", "must have the property \(name)") }
        }
        for member in members {
            if let property = schema.member("properties")?.member(member.name) {
                check(member.value, property, pointer + "/" + member.name, &faults)
            } else if schema.member("additionalProperties")?.bool == false {
                faults.append(
                    SchemaViolation(
                        pointer: pointer + "/" + member.name, rule: "additionalProperties", schemaPointer: "",
                        message: "is not a property here"))
            }
        }
    }
}

package struct SchemaViolation: Hashable, Sendable {
    package var pointer: String
    package var rule: String
    package var schemaPointer: String
    package var message: String
}

package struct SchemaFault: Error, Hashable, Sendable {
    package var pointer: String
    package var message: String
}
