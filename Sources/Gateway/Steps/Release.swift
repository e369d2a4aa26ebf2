import Domain
import JSON
import Protocols

extension RunPipeline {
    /// The run is on the books: the client gets what was kept back.
    func release(
        _ answer: Answer, _ run: RunRecord, _ call: Call, to client: ResponseWriter, _ facts: RunFacts
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
            if !client.responseHasBegun { beginStream(client, facts) }
            await client.write(last(end, run, call))
            client.end()
        }
    }

    /// The end of a stream as this client gets it.
    private func last(_ end: Answer.StreamEnd, _ run: RunRecord, _ call: Call) -> [UInt8] {
        var bytes: [UInt8] = []
        for (event, read) in end.events {
            if format == .chat, read.usage != nil, call.includeUsage {
                bytes += withCost(event, run)
            } else if !read.isUsageOnly || call.includeUsage {
                bytes += format.encode(event, read)
            }
        }
        switch format {
        case .chat:
            if !end.reader.isDone { bytes += Array("data: [DONE]\n\n".utf8) }
        case .native:
            bytes += NativeRun.done(
                result(run, output: end.text, toolCalls: nil, finishReason: end.reader.finishReason))
        }
        return bytes
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
