import JSON

enum ResponsesTools {
    /// Kinds of tools that OpenAI has beside functions.
    private static let kinds: Set<String> = [
        "custom", "web_search", "web_search_preview", "file_search", "code_interpreter", "image_generation", "mcp",
        "computer", "computer_use_preview", "local_shell", "shell", "apply_patch",
    ]

    static func isKnown(_ tool: ArraySlice<UInt8>) -> Bool {
        guard let root = try? JSONDocument(Array(tool)).root, let type = root.member("type")?.string else {
            return false
        }
        return kinds.contains(type)
    }
}

extension JSONWriter {
    mutating func responsesTool(_ tool: Tool) {
        if let native = tool.native { return responsesNative(native) }
        beginObject()
        member("type", "function")
        member("name", tool.name)
        if let description = tool.description { member("description", description) }
        key("parameters")
        // The field is required.
        if let schema = tool.schema { raw(schema) } else { null() }
        key("strict")
        // Left out, it would mean true, which chat completions do not mean.
        bool(tool.isStrict ?? false)
        endObject()
    }

    /// A tool of another kind as it came, but for custom ones of chat completions, which are nested there.
    private mutating func responsesNative(_ json: ArraySlice<UInt8>) {
        guard let custom = try? JSONDocument(Array(json)).root.present("custom"), let members = try? custom.members()
        else { return raw(json) }
        beginObject()
        member("type", "custom")
        for member in members {
            key(member.name)
            guard member.name == "format", let grammar = member.value.present("grammar"),
                let rules = try? grammar.members()
            else {
                value(member.value)
                continue
            }
            beginObject()
            self.member("type", "grammar")
            for rule in rules {
                key(rule.name)
                value(rule.value)
            }
            endObject()
        }
        endObject()
    }
}
