import Domain
import JSON
import Protocols

extension FuzzTarget {
    /// A request in any protocol that is accepted becomes a body in every provider's in which the version has its say. The
    /// first byte chooses the protocol.
    static let protocolRequest = FuzzTarget(name: "protocol-request") { input in
        guard let choice = input.first, let document = try? JSONDocument(input[1...]) else { return }
        let read: RunCall? =
            switch choice % 4 {
            case 0: try? ChatRequest(document).call
            case 1: try? AnthropicRequest(document).call
            case 2: try? ResponsesRequest(document).call
            case _: try? GeminiRequest(document, model: "deployed", stream: choice % 8 > 3).call
            }
        guard let call = read else { return }
        for dialect in dialects {
            guard
                let (body, measure) = try? ProviderBody.encode(
                    version, call, maxOutputTokens: 77, dialect: dialect, allowances: Allowances())
            else { continue }
            let root = try reread(body.bytes, "a provider's body is JSON").root
            try hold((try? root.members()) != nil, "a provider's body is an object")
            let names = try root.members().map(\.name)
            try hold(Set(names).count == names.count, "a provider's body names nothing twice")
            try hold(measure.bytes == body.bytes.count, "all of it is measured")
            try hold(measure.attachments.inlineBytes <= body.bytes.count, "attachments are within it")
            try hold(maximum(of: root, dialect.wire) == 77, "the output maximum stands")
        }
    }

    /// An answer in any protocol is read without trapping, adds up to what came, and is written in every protocol that
    /// clients speak. The first byte chooses the protocol, the second whether it is streamed.
    static let protocolAnswer = FuzzTarget(name: "protocol-answer") { input in
        guard input.count >= 2 else { return }
        let dialect = dialects[Int(input[0]) % dialects.count]
        var reader = dialect.reader()
        let opening = AnswerOpening(id: "run_1", model: "m", created: 0, origin: dialect.wire)
        var assembly = AnswerAssembly()
        var steps: [AnswerStep] = []
        let bytes = Array(input[2...])
        if input[1] & 1 == 0 {
            guard let step = try? reader.read(whole: bytes) else { return }
            steps = [step]
        } else {
            var parser = SSEParser()
            parser.append(bytes)
            while let event = (try? parser.next()) ?? (try? parser.finish()), steps.count < 10_000 {
                if let step = try? reader.read(event) { steps.append(step) }
            }
        }
        for step in steps { assembly.add(step) }
        let tally = reader.tally
        try hold(tally.outputByteCount <= bytes.count, "no more output than came")
        try hold(assembly.byteCount <= bytes.count, "no more is put together than came")
        try hold(tally.usage?.usage.isPlausible ?? true, "usage is plausible")
        let ending = AnswerEnding(
            opening, tally, finishReason: tally.finishReason, usage: tally.usage?.usage ?? Usage(), cost: "0.1")
        for writer in writers(opening) {
            var writer = writer
            var written: [UInt8] = []
            for step in steps { written += (try? writer.write(step)) ?? [] }
            written += writer.end(ending)
            try hold(isOfJSON(written), "what is written is a stream of JSON")
            let whole = try reread(type(of: writer).whole(assembly.first, ending), "a written answer is JSON")
            try hold(whole.root.kind == .object, "a written answer is an object")
        }
    }

    /// One for each protocol that providers speak.
    private static let dialects =
        ["openai", "anthropic", "gemini", "bedrock", "cohere"].map { ProviderDialect.named($0) }
        + [ProviderDialect.named("openai").speaking(responses: true, model: "")]

    private static func writers(_ opening: AnswerOpening) -> [any AnswerWriter] {
        [
            ChatAnswerWriter(opening), AnthropicAnswerWriter(opening), ResponsesAnswerWriter(opening),
            GeminiAnswerWriter(opening),
        ]
    }

    private static func maximum(of root: JSONValue, _ wire: WireProtocol) -> Int64? {
        switch wire {
        case .chat: root.member("max_completion_tokens")?.int
        case .anthropic, .cohere: root.member("max_tokens")?.int
        case .responses: root.member("max_output_tokens")?.int
        case .gemini: root.member("generationConfig")?.member("maxOutputTokens")?.int
        case .bedrock: root.member("inferenceConfig")?.member("maxTokens")?.int
        // Vectors have no length.
        case .embeddings: nil
        }
    }

    private static func isOfJSON(_ stream: [UInt8]) -> Bool {
        var parser = SSEParser(maximumEventSize: .max)
        parser.append(stream)
        while let event = (try? parser.next()) ?? (try? parser.finish()) {
            let isDone = event.data.elementsEqual("[DONE]".utf8)
            if !isDone, (try? JSONDocument(event.data)) == nil { return false }
        }
        return true
    }

    private static let version = ChatBody.Version(
        model: "m-1", messages: [RenderedMessage(role: .system, text: Array("Be \"brief\".".utf8))],
        parameters: [
            Parameter(name: "temperature", json: Array("1".utf8)),
            Parameter(
                name: "tools", json: Array(#"[{"type":"function","function":{"name":"ours","parameters":{}}}]"#.utf8)),
        ], overridable: ["top_p"])
}
