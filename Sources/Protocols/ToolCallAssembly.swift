import JSON

/// Puts the pieces of a stream's tool calls together: OpenAI sends id, type and name with a call's first piece, its
/// arguments in fragments, and tells calls apart by `index`. A piece without one (Mistral) is a call of its own if it
/// has an id, else goes on with the last.
package struct ToolCallAssembly: Sendable {
    private struct Call {
        var index: Int64?
        var id: String?
        var name = ""
        var arguments: [UInt8] = []
    }

    private var calls: [Call] = []
    /// Of all names and arguments so far.
    package private(set) var byteCount = 0

    package init() {}

    package mutating func add(_ piece: JSONValue) {
        let index = piece.member("index")?.int
        let id = piece.present("id")?.string
        let place =
            if let index { calls.lastIndex { $0.index == index } } else { id == nil ? calls.indices.last : nil }
        let call = place ?? calls.endIndex
        if place == nil { calls.append(Call(index: index)) }
        if calls[call].id == nil { calls[call].id = id }
        guard let function = piece.present("function") else { return }
        let name = function.present("name")?.string ?? ""
        calls[call].name += name
        byteCount += name.utf8.count
        guard let arguments = function.present("arguments") else { return }
        // Text in fragments; some send a whole object.
        let text = arguments.decodedBytes ?? Array(arguments.raw)
        calls[call].arguments += text
        byteCount += text.count
    }

    /// A JSON array of whole calls; nil where there is none.
    package var json: [UInt8]? {
        guard !calls.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.beginArray()
        for call in calls {
            writer.beginObject()
            writer.key("id")
            writer.optional(call.id)
            writer.key("type")
            writer.string("function")
            writer.key("function")
            writer.beginObject()
            writer.key("name")
            writer.string(call.name)
            writer.key("arguments")
            writer.string(utf8: call.arguments.isEmpty ? Array("{}".utf8) : call.arguments)
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}
