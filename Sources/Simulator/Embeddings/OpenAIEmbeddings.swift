import JSON

/// OpenAI's embeddings.
struct OpenAIEmbeddings: SimulatedProtocol {
    var name: String { "openai-embeddings" }

    func answerID(_ sequence: Int) -> String { "embd-sim-\(sequence)" }
    func voice(_ answer: Answer, withUsage: Bool) -> any Voice { EmbeddingsVoice(answer: answer, withUsage: withUsage) }
    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        OpenAIError.answer(refusal, retryAfter: retryAfter)
    }

    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(call.body))?.root, let model = root.text("model"),
            let input = root.present("input")
        else { throw BadRequest("The request is not a valid request for embeddings.") }
        var inquiry = Inquiry(model: model)
        inquiry.vectors = Inquiry.Vectors(
            dimensions: try root.integer("dimensions") ?? Inquiry.Vectors.usualDimensions,
            isBase64: root.text("encoding_format") == "base64")
        let elements = input.elements()
        if input.kind == .string || elements.first?.kind == .number {
            try add(input, to: &inquiry)
        } else {
            for element in elements { try add(element, to: &inquiry) }
        }
        guard (1...2_048).contains(inquiry.turns.count) else { throw BadRequest("input: 1 to 2048 texts") }
        inquiry.user = try root.string("user")
        return inquiry
    }

    /// A text, or a text as tokens.
    private func add(_ input: JSONValue, to inquiry: inout Inquiry) throws(BadRequest) {
        if let text = input.string {
            inquiry.turns.append(Inquiry.Turn(role: .user, text: text))
        } else {
            let tokens = input.elements().compactMap(\.int)
            guard !tokens.isEmpty, tokens.count == input.elements().count else {
                throw BadRequest("input: expects text or tokens")
            }
            let text = tokens.map { String($0) }.joined(separator: " ")
            inquiry.turns.append(Inquiry.Turn(role: .user, text: text, tokenCount: tokens.count))
        }
    }
}

private struct EmbeddingsVoice: WholeVoice {
    let answer: Answer
    let withUsage: Bool

    func whole() -> String {
        let vectors = answer.inquiry.vectors ?? Inquiry.Vectors()
        let data = answer.inquiry.turns.enumerated().map { index, turn -> JSONLiteral in
            let embedding = Embedding(turn.text, dimensions: vectors.dimensions)
            return [
                "object": "embedding", "index": .int(index),
                "embedding": vectors.isBase64 ? .text(embedding.base64) : embedding.json,
            ]
        }
        let tokens = JSONLiteral.int(answer.spending.input)
        let list: JSONLiteral = [
            "object": "list", "data": .list(data), "model": .text(answer.model.whole),
            "usage": withUsage ? ["prompt_tokens": tokens, "total_tokens": tokens] : .absent,
        ]
        return list.json
    }
}
