import ArgumentParser
import JSON

/// Whether a command prints JSON or text for people.
struct OutputOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print the answer as JSON.")
    var isJSON = false

    /// Prints an answer: as the server gave it, or in a person's words.
    func show(_ answer: AdminAnswer, _ words: (JSONValue) -> String) throws(CommandFailure) {
        let root = try answer.json
        StandardOutput.write(isJSON ? answer.bytes + [10] : Array((words(root) + "\n").utf8))
    }

    /// Prints items: as `{"items":[…]}`, or as a table with a row each.
    func show(_ items: [JSONValue], _ columns: [TextTable.Column], _ cells: (JSONValue) -> [String]) {
        if isJSON {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("items")
            writer.beginArray()
            for item in items { writer.raw(item.raw) }
            writer.endArray()
            writer.endObject()
            StandardOutput.write(writer.bytes + [10])
        } else {
            var table = TextTable(columns)
            for item in items { table.add(cells(item)) }
            StandardOutput.write(Array(table.text.utf8))
        }
    }
}

extension JSONValue {
    /// What stands at these names, one inside the other, as text for people: nothing for null and for what is missing.
    func text(_ names: String...) -> String {
        var value = self
        for name in names {
            guard let inner = value.present(name) else { return "" }
            value = inner
        }
        return value.isNull ? "" : value.string ?? String(decoding: value.raw, as: UTF8.self)
    }

    /// A time without its milliseconds.
    func time(_ name: String) -> String {
        let text = text(name)
        guard let dot = text.lastIndex(of: "."), text.hasSuffix("Z") else { return text }
        return text[..<dot] + "Z"
    }

    /// A version as people say it: its number and the beginning of its hash.
    func version(_ name: String) -> String {
        guard let version = present(name) else { return "" }
        return "\(version.text("number")) (\(version.text("hash").prefix(12)))"
    }
}
