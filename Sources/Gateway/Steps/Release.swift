import Domain
import JSON
import Protocols

extension RunPipeline {
    /// The run is on the books: the client gets what was kept back.
    func release(
        _ answer: Answer, _ run: RunRecord, _ call: Call, to client: ResponseWriter, _ facts: inout RunFacts
    ) async {
        switch answer.keptBack {
        case .nothing: client.end()
        case .whole(let body, let response):
            switch format {
            case .chat: client.send(.ok, facts.wholeHeaders, body: body)
            case .native:
                let result = result(
                    run, output: response.output, toolCalls: response.toolCalls.map { Array($0.raw) },
                    finishReason: response.finishReason)
                client.send(.ok, facts.wholeHeaders, body: NativeRun.encode(result))
            }
        case .stream(let end):
            if !client.responseHasBegun { beginStream(client, &facts) }
            await client.write(last(end, run, call))
            client.end()
        }
    }

    /// The end of a stream as this client gets it.
    private func last(_ end: Answer.StreamEnd, _ run: RunRecord, _ call: Call) -> [UInt8] {
        var bytes: [UInt8] = []
        var saysUsage = false
        for (event, read) in end.events where !read.isDone {
            if format == .chat, read.usage != nil, call.includeUsage {
                bytes += withCost(event, run)
                saysUsage = true
            } else if !read.isUsageOnly || call.includeUsage {
                bytes += format.encode(event, read)
            }
        }
        switch format {
        case .chat:
            // The provider told it early or not at all; a client that asked gets what is on the books.
            if call.includeUsage, !saysUsage { bytes += usageChunk(end, run) }
            bytes += "data: [DONE]\n\n".utf8
        case .native:
            bytes += NativeRun.done(
                result(
                    run, output: end.text, toolCalls: end.toolCalls.json, finishReason: end.reader.finishReason))
        }
        return bytes
    }

    private func usageChunk(_ end: Answer.StreamEnd, _ run: RunRecord) -> [UInt8] {
        ServerSentEvent.frame(
            json: ChatUsage.chunk(
                id: end.reader.id ?? "\(run.id)", model: end.reader.model ?? run.model,
                created: run.startedAt / 1_000, usage: run.end?.usage.usage ?? Usage(),
                cost: "\(run.end?.cost ?? .zero)"))
    }

    private func withCost(_ event: ServerSentEvent, _ run: RunRecord) -> [UInt8] {
        let cost = run.end?.cost ?? .zero
        guard let data = try? ChatUsage.addingCost("\(cost)", to: event.data) else { return event.raw }
        return ServerSentEvent.frame(json: data)
    }

    private func result(
        _ run: RunRecord, output: [UInt8]?, toolCalls: [UInt8]?, finishReason: String?
    ) -> NativeRun.Result {
        NativeRun.Result(
            id: "\(run.id)", output: output, toolCalls: toolCalls, finishReason: finishReason,
            version: NativeRun.Version(number: Int64(run.versionNumber), hash: "\(run.versionHash)"),
            deployment: NativeRun.Deployment(
                agent: run.agent, environment: run.environment, schema: Int64(run.schema),
                revision: Int64(run.revision)),
            model: run.end?.reportedModel, usage: run.end?.usage ?? MeteredUsage(Usage(), isEstimated: false),
            cost: "\(run.end?.cost ?? .zero)")
    }
}
