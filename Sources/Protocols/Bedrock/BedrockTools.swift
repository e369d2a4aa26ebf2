import JSON

extension BedrockEncoding {
    /// There is no way to say that no tool be called but to bring none; and where calls or results are among the
    /// messages, tools must be brought.
    mutating func writeTools() {
        var tools = outgoing.conversation.tools.filter { $0.native == nil }
        if tools.count < outgoing.conversation.tools.count { ignored.append("tools") }
        let called = calledTools()
        var choice = settings.toolChoice
        if choice == ToolChoice.none {
            if called.isEmpty { return }
            choice = nil
            drop(.toolChoice)
        }
        if tools.isEmpty {
            tools = called
            choice = nil
        }
        guard !tools.isEmpty else { return }
        writer.key("toolConfig")
        writer.beginObject()
        writer.key("tools")
        writer.beginArray()
        for tool in tools { writer.toolSpec(tool) }
        writer.endArray()
        if let choice { writer.toolChoice(choice) }
        writer.endObject()
    }

    /// Each tool that the messages say was called, once, as far as they tell.
    private func calledTools() -> [Tool] {
        var names: Set<[UInt8]> = []
        var tools: [Tool] = []
        for part in outgoing.conversation.turns.flatMap(\.parts) {
            guard case .call(let call) = part, names.insert(call.name.utf8).inserted else { continue }
            tools.append(Tool(name: call.name))
        }
        return tools
    }
}

extension JSONWriter {
    fileprivate mutating func toolSpec(_ tool: Tool) {
        beginObject()
        key("toolSpec")
        beginObject()
        member("name", tool.name)
        if let description = tool.description, !description.isEmpty { member("description", description) }
        key("inputSchema")
        beginObject()
        key("json")
        raw(tool.schema ?? Array(#"{"type":"object","properties":{}}"#.utf8)[...])
        endObject()
        if tool.isStrict == true {
            key("strict")
            bool(true)
        }
        endObject()
        endObject()
    }

    fileprivate mutating func toolChoice(_ choice: ToolChoice) {
        key("toolChoice")
        beginObject()
        switch choice {
        case .auto, .none:
            key("auto")
            beginObject()
        case .required:
            key("any")
            beginObject()
        case .named(let name):
            key("tool")
            beginObject()
            member("name", name)
        }
        endObject()
        endObject()
    }
}

/// What Bedrock calls a conversation's calls: at most 64 letters, digits and `_.:-`, each once. An id that is fit stays.
struct BedrockCallIDs {
    /// By their own ids.
    private var known: [[UInt8]: JSONText] = [:]
    /// Of calls without an id, by the tools' names, in the order of the calls.
    private var nameless: [[UInt8]: [JSONText]] = [:]
    /// Of the calls, in their order.
    private var inOrder: [JSONText] = []
    private var nextCall = 0

    init(_ turns: [Turn]) {
        for part in turns.flatMap(\.parts) {
            guard case .call(let call) = part else { continue }
            let made = JSONText("call_\(inOrder.count)")
            guard let id = call.id, !id.isEmpty else {
                nameless[call.name.utf8, default: []].append(made)
                inOrder.append(made)
                continue
            }
            let fit = known[id.utf8] ?? (Self.isFit(id.utf8) ? id : made)
            known[id.utf8] = fit
            inOrder.append(fit)
        }
    }

    /// Of the next call, when they are written in their order.
    mutating func ofCall() -> JSONText {
        defer { nextCall += 1 }
        return inOrder[nextCall]
    }

    /// Of the call that a result answers: by its id, else the first of the tool's that none did.
    mutating func answered(by result: Turn.CallResult) -> JSONText? {
        if let id = result.id, let known = known[id.utf8] { return known }
        guard let name = result.name?.utf8, let first = nameless[name]?.first else {
            return result.id.flatMap { Self.isFit($0.utf8) ? $0 : nil }
        }
        nameless[name]?.removeFirst()
        return first
    }

    private static func isFit(_ id: [UInt8]) -> Bool {
        (1...64).contains(id.count)
            && id.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case _: "_.:-".utf8.contains(byte)
                }
            }
    }
}
