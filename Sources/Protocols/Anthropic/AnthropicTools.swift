import JSON

extension AnthropicEncoding {
    /// The version's come first.
    mutating func writeTools() {
        let conversation = outgoing.conversation
        // What a version asks for in Anthropic's own words goes out whoever calls; OpenAI's custom tools have no place here.
        let known = conversation.tools.filter { tool in
            tool.native.map { (try? JSONDocument(Array($0)))?.root.member("custom") == nil } ?? true
        }
        if known.count < conversation.tools.count { ignored.append("tools") }
        guard !known.isEmpty || !outgoing.rawTools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in known { writer.tool(tool) }
        for tool in outgoing.rawTools { writer.value(tool) }
        writer.endArray()
        written.insert("tool_choice")
        let isSingle = settings.parallelToolCalls == false
        if let own = outgoing.rawFields.first(where: { $0.name == "tool_choice" })?.value {
            writer.choice(own, isSingle: isSingle)
        } else if settings.toolChoice != nil || isSingle {
            writer.choice(settings.toolChoice, isSingle: isSingle)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func tool(_ tool: Tool) {
        if let native = tool.native { return raw(native) }
        beginObject()
        member("name", tool.name)
        if let description = tool.description { member("description", description) }
        key("input_schema")
        raw(tool.schema ?? Array(#"{"type":"object","properties":{}}"#.utf8)[...])
        if tool.isStrict == true {
            key("strict")
            bool(true)
        }
        endObject()
    }

    fileprivate mutating func choice(_ choice: ToolChoice?, isSingle: Bool) {
        key("tool_choice")
        beginObject()
        switch choice {
        case .auto?, nil: member("type", "auto")
        case ToolChoice.none?: member("type", "none")
        case .required?: member("type", "any")
        case .named(let name)?:
            member("type", "tool")
            member("name", name)
        }
        if isSingle, choice != ToolChoice.none { single() }
        endObject()
    }

    /// The client's own, with what the version says of calls in parallel.
    fileprivate mutating func choice(_ own: JSONValue, isSingle: Bool) {
        key("tool_choice")
        guard isSingle, own.member("type")?.isString("none") != true, let members = try? own.members() else {
            return value(own)
        }
        beginObject()
        for member in members where member.name != "disable_parallel_tool_use" {
            key(member.name)
            value(member.value)
        }
        single()
        endObject()
    }

    private mutating func single() {
        key("disable_parallel_tool_use")
        bool(true)
    }
}
