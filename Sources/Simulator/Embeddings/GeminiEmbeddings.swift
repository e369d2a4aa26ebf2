import JSON

/// Gemini's embeddings: of one content, or of several at once.
struct GeminiEmbeddings: SimulatedProtocol {
    let isBatch: Bool

    var name: String { "gemini-embeddings" }
    func answerID(_ sequence: Int) -> String { "sim-\(sequence)" }
    func headers(_ sequence: Int) -> [(String, String)] { [] }
    func voice(_ answer: Answer, withUsage: Bool) -> any Voice {
        GeminiEmbeddingsVoice(answer: answer, isBatch: isBatch)
    }
    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        GeminiHost.studio.error(refusal, retryAfter: retryAfter)
    }

    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(call.body))?.root, let model = call.pathModel else {
            throw BadRequest("Invalid JSON payload received.")
        }
        var inquiry = Inquiry(model: model)
        var vectors = Inquiry.Vectors()
        let requests = isBatch ? root.list("requests") : [root]
        guard !requests.isEmpty else { throw BadRequest("BatchEmbedContentsRequest.requests: is not specified") }
        for request in requests {
            let content = try request.required("content")
            inquiry.turns.append(Inquiry.Turn(role: .user, text: GeminiReader.text(content)))
            let settings = request.present("embedContentConfig") ?? request
            vectors.dimensions =
                try settings.integer("outputDimensionality", "output_dimensionality") ?? vectors.dimensions
        }
        inquiry.vectors = vectors
        return inquiry
    }
}

private struct GeminiEmbeddingsVoice: WholeVoice {
    let answer: Answer
    let isBatch: Bool

    func whole() -> String {
        let dimensions = answer.inquiry.vectors?.dimensions ?? Inquiry.Vectors.usualDimensions
        let all = answer.inquiry.turns.map { turn -> JSONLiteral in
            ["values": Embedding(turn.text, dimensions: dimensions).json]
        }
        let said: JSONLiteral = [
            "embedding": isBatch ? .absent : all[0], "embeddings": isBatch ? .list(all) : .absent,
            "usageMetadata": ["promptTokenCount": .int(answer.spending.input)],
        ]
        return said.json
    }
}
