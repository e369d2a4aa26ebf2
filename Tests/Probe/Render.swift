import JSON
import Prompting

/// `{"template", "context", "options"}` → `{"output"}` or `{"fault": {"kind", "message", "path", "line", "column", "at"}}`,
/// where `at` is `compile` or `render`.
func answerRender(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    let (text, options) = (try source(of: request), givenOptions(of: request))
    let template: Template
    do throws(TemplateFault) {
        template = try Template(compiling: text, options: options)
    } catch {
        write(error, to: &answer)
        return
    }
    var output: [UInt8] = []
    do throws(RenderFault) {
        try template.render(input: request.member("context").map { JSONTape($0) }, into: &output)
    } catch {
        answer.beginObject()
        answer.key("fault")
        answer.beginObject()
        write(error.kind.rawValue, error.message, error.line ?? 0, error.column ?? 0, at: "render", to: &answer)
        if let path = error.path {
            answer.key("path")
            answer.string(path)
        }
        answer.endObject()
        answer.endObject()
        return
    }
    answer.beginObject()
    answer.key("output")
    answer.string(utf8: output)
    answer.endObject()
}

/// `{"template", "options"}` → `{"variables": [{"name", "paths", "required"}]}`, or a fault as of `render`.
func answerVariables(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    let (text, options) = (try source(of: request), givenOptions(of: request))
    let template: Template
    do throws(TemplateFault) {
        template = try Template(compiling: text, options: options)
    } catch {
        write(error, to: &answer)
        return
    }
    answer.beginObject()
    answer.key("variables")
    answer.beginArray()
    for variable in template.variables {
        answer.beginObject()
        answer.key("name")
        answer.string(variable.name)
        answer.key("paths")
        answer.beginArray()
        for path in variable.paths { answer.string(path) }
        answer.endArray()
        answer.key("required")
        answer.bool(variable.isRequired)
        answer.endObject()
    }
    answer.endArray()
    answer.endObject()
}

private func source(of request: JSONValue) throws -> [UInt8] {
    guard let text = request.member("template")?.decodedBytes else { throw NoRequest("no template") }
    return text
}

private func givenOptions(of request: JSONValue) -> Template.Options {
    let given = request.member("options")
    func isOn(_ name: String) -> Bool { given?.member(name)?.bool ?? false }
    var options = Template.Options()
    options.isLenient = isOn("lenient")
    options.trimBlocks = isOn("trim_blocks")
    options.lstripBlocks = isOn("lstrip_blocks")
    options.keepTrailingNewline = isOn("keep_trailing_newline")
    return options
}

private func write(_ fault: TemplateFault, to answer: inout JSONWriter) {
    answer.beginObject()
    answer.key("fault")
    answer.beginObject()
    write(fault.kind.rawValue, fault.message, fault.line, fault.column, at: "compile", to: &answer)
    answer.endObject()
    answer.endObject()
}

private func write(
    _ kind: String, _ message: String, _ line: Int, _ column: Int, at stage: String, to answer: inout JSONWriter
) {
    answer.key("kind")
    answer.string(kind)
    answer.key("message")
    answer.string(message)
    answer.key("line")
    answer.int(line)
    answer.key("column")
    answer.int(column)
    answer.key("at")
    answer.string(stage)
}
