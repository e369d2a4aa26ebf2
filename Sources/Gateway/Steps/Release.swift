import Domain
import JSON
import NIOHTTP1
import Protocols

/// What goes out when a run has ended.
enum Ending {
    /// A response, but for the header that tells its time.
    case whole(HTTPResponseStatus, HTTPHeaders, [UInt8])
    /// The rest of a stream, all of it where it has not begun.
    case stream([UInt8])
}

extension RunPipeline {
    /// What the client is to get once the run stands on the books as `run`.
    func ending(
        _ answer: Answer, _ run: RunRecord, _ call: Call, _ client: ResponseWriter, _ facts: RunFacts
    ) -> Ending {
        var facts = facts
        facts.cost = run.end?.cost
        if var fault = answer.fault {
            fault.charged = run.end?.cost
            return ending(fault, client, facts)
        }
        switch answer.keptBack {
        case .nothing: return .stream([])
        case .whole(let body, let response):
            switch format {
            case .chat: return .whole(.ok, facts.untimedHeaders, body)
            case .native:
                let result = result(
                    run, answer, text: response.output, toolCalls: response.toolCalls.map { Array($0.raw) },
                    finishReason: response.finishReason)
                return .whole(.ok, facts.untimedHeaders, NativeRun.encode(result))
            }
        case .stream(let end):
            switch format {
            case .chat: return .stream(chatEnd(end, answer, run, call))
            case .native: return .stream(nativeEnd(end, answer, run))
            }
        }
    }

    /// A run's end in an error: a response, or, once streaming, an event.
    func ending(_ error: GatewayError, _ client: ResponseWriter, _ facts: RunFacts) -> Ending {
        guard client.responseHasBegun else {
            return .whole(
                HTTPResponseStatus(statusCode: error.status), ErrorResponse.headers(error, facts),
                ErrorResponse.body(error, facts).encode())
        }
        return .stream(format.errorEvent(ErrorResponse.body(error, facts)))
    }

    /// The run is on the books, or there is none: the client gets the rest.
    func release(_ ending: Ending, to client: ResponseWriter, _ facts: inout RunFacts) async {
        switch ending {
        case .whole(let status, let headers, let body):
            facts.status = Int(status.code)
            client.send(status, facts.timed(headers), body: body)
        case .stream(let bytes):
            if !client.responseHasBegun { beginStream(client, &facts) }
            await client.write(bytes)
            client.end()
        }
    }

    /// The end of a stream of OpenAI's. Its last chunk says what came of the output schema, where there is one.
    private func chatEnd(_ end: Answer.StreamEnd, _ answer: Answer, _ run: RunRecord, _ call: Call) -> [UInt8] {
        var chunks: [Chunk] = []
        var saysUsage = false
        for (event, read) in end.events where !read.isDone {
            if read.usage != nil, call.includeUsage {
                chunks.append(withCost(event, read, run))
                saysUsage = true
            } else if !read.isUsageOnly || call.includeUsage {
                chunks.append(Chunk(frame: format.encode(event, read), read: read))
            }
        }
        // The provider told it early or not at all; a client that asked gets what is on the books.
        if call.includeUsage, !saysUsage { chunks.append(usageChunk(end, run)) }
        if let verdict = answer.verdict { mark(&chunks, verdict, end, run) }
        return Array(chunks.map(\.frame).joined()) + Array("data: [DONE]\n\n".utf8)
    }

    /// What came of the output schema goes out with the last chunk that says anything; some send blank events behind it,
    /// some nothing but `[DONE]`.
    private func mark(_ chunks: inout [Chunk], _ verdict: OutputVerdict, _ end: Answer.StreamEnd, _ run: RunRecord) {
        if chunks.allSatisfy({ $0.data == nil }) { chunks.append(usageChunk(end, run)) }
        guard let place = chunks.lastIndex(where: { $0.data != nil }), let data = chunks[place].data,
            let marked = try? ChatUsage.adding("tollgate", verdict.encode(), to: data)
        else { return }
        chunks[place].frame = ServerSentEvent.frame(json: marked)
    }

    private func nativeEnd(_ end: Answer.StreamEnd, _ answer: Answer, _ run: RunRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        for (event, read) in end.events where !read.isDone && !read.isUsageOnly { bytes += format.encode(event, read) }
        return bytes
            + NativeRun.done(
                result(
                    run, answer, text: end.text, toolCalls: end.toolCalls.json, finishReason: end.reader.finishReason))
    }

    /// A chunk as it goes out.
    private struct Chunk {
        var frame: [UInt8]
        /// The provider's own, where it goes out as it came.
        var read: ChatStreamEvent?
        /// Our own.
        var json: [UInt8]?

        /// What it says; nil where it says nothing.
        var data: [UInt8]? { json ?? read?.dataWithoutRepeatedRoles }

        init(frame: [UInt8], read: ChatStreamEvent) {
            self.frame = frame
            self.read = read
        }

        init(json: [UInt8]) {
            frame = ServerSentEvent.frame(json: json)
            self.json = json
        }
    }

    private func usageChunk(_ end: Answer.StreamEnd, _ run: RunRecord) -> Chunk {
        Chunk(
            json: ChatUsage.chunk(
                id: end.reader.id ?? "\(run.id)", model: end.reader.model ?? run.model,
                created: run.startedAt / 1_000, usage: run.end?.usage.usage ?? Usage(),
                cost: "\(run.end?.cost ?? .zero)"))
    }

    private func withCost(_ event: ServerSentEvent, _ read: ChatStreamEvent, _ run: RunRecord) -> Chunk {
        let cost = run.end?.cost ?? .zero
        guard let data = try? ChatUsage.addingCost("\(cost)", to: event.data) else {
            return Chunk(frame: event.raw, read: read)
        }
        return Chunk(json: data)
    }

    private func result(
        _ run: RunRecord, _ answer: Answer, text: [UInt8]?, toolCalls: [UInt8]?, finishReason: String?
    ) -> NativeRun.Result {
        // What the output schema asks for goes out as the value it is.
        let json = answer.verdict?.isValid == true ? answer.json.map { NativeRun.Output.json($0) } : nil
        return NativeRun.Result(
            id: "\(run.id)", output: json ?? text.map { .text($0) }, toolCalls: toolCalls, finishReason: finishReason,
            version: NativeRun.Version(number: Int64(run.versionNumber), hash: "\(run.versionHash)"),
            deployment: NativeRun.Deployment(
                agent: run.agent, environment: run.environment, schema: Int64(run.schema),
                revision: Int64(run.revision)),
            model: run.end?.attempts.last?.reportedModel,
            usage: run.end?.usage ?? MeteredUsage(Usage(), isEstimated: false),
            cost: "\(run.end?.cost ?? .zero)", verdict: answer.verdict)
    }
}
