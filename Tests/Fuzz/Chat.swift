import Domain
import JSON
import Protocols

extension FuzzTarget {
    /// A request that is accepted becomes a body in which the version has its say, in each provider's dialect.
    static let chatRequest = FuzzTarget(name: "chat-request") { input in
        guard let document = try? JSONDocument(input[...]) else { return }
        if let native = try? NativeRunRequest(document) {
            var attachments = AttachmentTokens()
            for message in native.call.messages { attachments.add(message, keepsDetail: true, Allowances()) }
            try hold(0...input.count ~= attachments.inlineBytes, "no attachment has more bytes than the request")
            try hold(attachments.likely <= attachments.most, "what is likely is within the most")
        }
        guard let request = try? ChatRequest(document) else { return }
        for dialect in ProviderDialect.all {
            guard let body = try? ChatBody.encode(version, call: request.call, maxOutputTokens: 77, dialect: dialect)
            else { continue }
            let root = try reread(body.bytes, "a provider's body is JSON").root
            let names = try root.members().map { Array($0.name.utf8) }
            try hold(Set(names).count == names.count, "a provider's body names nothing twice")
            try hold(root.member("model")?.string == version.model, "the version decides the model")
            try hold(root.member("temperature")?.int == 7, "what the version sets stands")
            try hold(root.member(dialect.outputMaximum.rawValue)?.int == 77, "the output maximum stands")
            let other = dialect.outputMaximum == .maxTokens ? "max_completion_tokens" : "max_tokens"
            try hold(root.member(other) == nil, "there is one output maximum")
            let messages = root.member("messages")?.elements() ?? []
            try hold(messages.count == 1 + request.call.messages.count, "every message goes out")
            try hold(
                messages.first?.member("content")?.decodedBytes == version.messages[0].content.bytes,
                "the prompt goes first")
            try hold((root.member("stream")?.bool ?? false) == request.call.stream, "streams are asked for as streams")
        }
    }

    /// An answer or an error of a provider, whatever it is: usage is plausible, a cost is added once, no secret is told.
    static let chatAnswer = FuzzTarget(name: "chat-answer") { input in
        guard input.count >= 2 else { return }
        let dialect = ProviderDialect.all[Int(input[0]) % ProviderDialect.all.count]
        let body = Array(input[2...])
        let failure = ProviderFailure.classify(
            status: 100 + Int(input[1]) * 2, body: body, dialect: dialect, secrets: [secret])
        for text in [failure.message, failure.type ?? "", failure.code ?? ""] {
            try hold(!text.contains(secret), "a secret of ours is not told")
            try hold(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "what is told has no control characters")
            // Bytes that are not UTF-8 are replaced by a character of three.
            try hold(text.utf8.count <= 3 * Redaction.maximumByteCount, "what is told is short")
        }
        try hold(failure.retryDelay ?? 0 >= 0, "a delay is not negative")
        var reader = ChatAnswerReader(dialect: dialect)
        guard let answer = try? reader.read(whole: body) else { return }
        try hold(answer.usage?.usage.isPlausible ?? true, "usage is plausible")
        try hold(answer.outputByteCount <= body.count, "no more output than came")
        var assembly = AnswerAssembly()
        assembly.add(answer)
        try hold(assembly.byteCount <= body.count, "no more is put together than came")
        let priced = try ChatUsage.addingCost("0.25", to: body)
        let usage = try reread(priced, "an answer with its cost is JSON").root.member("usage")
        if let usage, usage.kind == .object {
            try hold(usage.member("cost").map { Array($0.raw) } == Array("0.25".utf8), "the cost is the one added")
        }
    }

    private static let secret = "tops3cret"
    private static let version = ChatBody.Version(
        model: "m-1", messages: [RenderedMessage(role: .developer, text: Array("Be \"brief\".".utf8))],
        parameters: [
            Parameter(name: "temperature", json: Array("7".utf8)), Parameter(name: "top_p", json: Array("0.5".utf8)),
        ], overridable: ["top_p"])
}
