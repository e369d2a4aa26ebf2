import JSON

// Until the inference is here. Goes with its merge.

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
