import Domain
import JSON

/// The content of a version: what it was made from, and what its hash stands for.
///
///     {"provider", "model",
///      "messages": [{"role": "system|developer|user|assistant", "content": "template" or [part]},
///                   {"messages": "{{ expression }}"}],
///      "template": {"undefined": "strict|lenient"?, "trim_blocks": bool?, "lstrip_blocks": bool?,
///                   "keep_trailing_newline": bool?}?,
///      "parameters": {…}?, "overridable": ["name"]?, "tools": [{…}]?, "max_output_tokens": 1…?,
///      "protocol": "default|responses"?, "strict_model": bool?, "on_invalid_output": "mark|retry|error"?,
///      "schema": {"number": 1…, "input": JSON Schema?, "output": JSON Schema?}?}
///
/// A part is one of OpenAI's `text`, `image_url`, `file` and `input_audio`, its texts templates. In place of a message
/// `messages` splices a list of whole ones from the input. A field that is null counts as absent.
package struct VersionDocument: Sendable {
    /// The JSON Schemas of the agent that the version is for, as JSON text.
    package struct Schema: Hashable, Sendable {
        package var number: Int64
        package var input: [UInt8]?
        package var output: [UInt8]?
    }

    package var provider: String
    package var model: String
    package var messages: [VersionMessage<[UInt8]>]
    /// The same with their templates compiled.
    package var templates: [VersionMessage<Template>]
    package var templateOptions: Template.Options
    /// Sorted by name, values in canonical form, `tools` not among them.
    package var parameters: [Parameter]
    /// Sorted, each once.
    package var overridable: [String]
    /// A JSON array in canonical form; nil where there are no tools.
    package var tools: [UInt8]?
    package var maxOutputTokens: Int64?
    package var wire: VersionProtocol
    package var strictModel: Bool
    package var onInvalidOutput: InvalidOutputRule
    package var schema: Schema?

    package static let maximumBytes = 4 << 20
    package static let maximumMessages = 1_000
    package static let maximumOutputTokens: Int64 = 10_000_000
    package static let maximumModelBytes = 200
    package static let maximumParameterNameBytes = 100

    /// Parameters that a version cannot set, and what says it instead.
    package static let reservedParameters: Set<String> = [
        "model", "messages", "input", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "tools",
    ]

    /// The canonical form of a document: the bytes whose SHA-256 is the version's identity.
    ///
    /// Two documents that mean the same give the same bytes, whatever their order of members, white space, escapes,
    /// order of `overridable`, or absent, null and empty fields. Numbers stay as written (`1` and `1.0` differ), and so
    /// does the order of members within schemas, tools and parameters: models answer in it.
    /// Never longer than the document, so within `maximumBytes`.
    package static func canonical(from document: JSONDocument) throws(VersionFault) -> [UInt8] {
        try VersionDocument(document).canonical()
    }

    /// Writes the fields in the order of their names; what says nothing is left out.
    package func canonical() -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        if let maxOutputTokens {
            writer.key("max_output_tokens")
            writer.int(maxOutputTokens)
        }
        writer.key("messages")
        writer.beginArray()
        for message in messages { message.write(to: &writer) }
        writer.endArray()
        writer.key("model")
        writer.string(model)
        if onInvalidOutput != .mark {
            writer.key("on_invalid_output")
            writer.string(onInvalidOutput.rawValue)
        }
        if !overridable.isEmpty {
            writer.key("overridable")
            writer.beginArray()
            for name in overridable { writer.string(name) }
            writer.endArray()
        }
        if !parameters.isEmpty {
            writer.key("parameters")
            writer.beginObject()
            for parameter in parameters {
                writer.key(parameter.name)
                writer.raw(parameter.json)
            }
            writer.endObject()
        }
        if wire != .standard {
            writer.key("protocol")
            writer.string(wire.rawValue)
        }
        writer.key("provider")
        writer.string(provider)
        if let schema {
            writer.key("schema")
            writer.beginObject()
            if let input = schema.input {
                writer.key("input")
                writer.raw(input)
            }
            writer.key("number")
            writer.int(schema.number)
            if let output = schema.output {
                writer.key("output")
                writer.raw(output)
            }
            writer.endObject()
        }
        if strictModel {
            writer.key("strict_model")
            writer.bool(true)
        }
        if !templateOptions.isDefault {
            writer.key("template")
            templateOptions.write(to: &writer)
        }
        if let tools {
            writer.key("tools")
            writer.raw(tools)
        }
        writer.endObject()
        return writer.bytes
    }
}
