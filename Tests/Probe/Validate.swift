import JSON
import Prompting

/// Checks instances with a schema. A request:
/// `{"schema": TEXT, "instances": [TEXT…], "draft": "draft7", "assert_formats": true, "resources": {ADDRESS: TEXT…}}`
/// of which the last three may be left out; each TEXT is JSON in a string, so that one which is refused is refused
/// alone. The answer is `{"fault": {"pointer", "message"}}` or
/// `{"results": [{"valid": true, "violations": [{"pointer", "rule", "schema_pointer", "message"}…]}…]}`, with
/// `{"unreadable": REASON}` for an instance that is not JSON.
func answerValidate(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    guard let schema = request.member("schema")?.decodedBytes, let instances = request.member("instances") else {
        throw NoRequest("schema or instances are missing")
    }
    var resources: [String: [UInt8]] = [:]
    for member in try request.member("resources")?.members() ?? [] {
        resources[member.name] = member.value.decodedBytes
    }
    let compiled: JSONSchema
    do throws(SchemaFault) {
        compiled = try JSONSchema(
            compiling: schema,
            default: request.member("draft")?.string.flatMap(JSONSchema.Draft.init) ?? .draft202012,
            assertsFormats: request.member("assert_formats")?.bool ?? false, resources: resources)
    } catch {
        answer.beginObject()
        answer.key("fault")
        answer.beginObject()
        answer.key("pointer")
        answer.string(error.pointer)
        answer.key("message")
        answer.string(error.message)
        answer.endObject()
        answer.endObject()
        return
    }
    answer.beginObject()
    answer.key("results")
    answer.beginArray()
    for instance in instances.elements() {
        answer.beginObject()
        do throws(JSONFault) {
            write(compiled, JSONTape(try JSONDocument(instance.decodedBytes ?? []).root), to: &answer)
        } catch {
            answer.key("unreadable")
            answer.string(error.reason.rawValue)
        }
        answer.endObject()
    }
    answer.endArray()
    answer.endObject()
}

private func write(_ schema: JSONSchema, _ tape: JSONTape, to answer: inout JSONWriter) {
    answer.key("valid")
    answer.bool(schema.accepts(tape))
    answer.key("violations")
    answer.beginArray()
    for violation in schema.faults(of: tape) {
        answer.beginObject()
        for (name, value) in [
            ("pointer", violation.pointer), ("rule", violation.rule), ("schema_pointer", violation.schemaPointer),
            ("message", violation.message),
        ] {
            answer.key(name)
            answer.string(value)
        }
        answer.endObject()
    }
    answer.endArray()
}
