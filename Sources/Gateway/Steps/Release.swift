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
        _ answer: Answer, _ run: RunRecord, _ call: Call, _ opening: AnswerOpening, _ client: ResponseWriter,
        _ facts: RunFacts
    ) -> Ending {
        var facts = facts
        facts.cost = run.end?.cost
        if var fault = answer.fault {
            fault.charged = run.end?.cost
            if client.responseHasBegun, case .written(var writer)? = answer.broken {
                return .stream(ErrorResponse.end(of: &writer, fault, facts))
            }
            return ending(fault, client, facts)
        }
        let end = AnswerEnding(
            opening, answer.tally, finishReason: answer.tally.finishReason, usage: run.end?.usage.usage ?? Usage(),
            cost: "\(run.end?.cost ?? .zero)", includeUsage: call.includeUsage, verdict: answer.verdict)
        switch answer.keptBack {
        case .nothing: return .stream([])
        case .whole(let body, _):
            let said = answer.choices.first { $0.number == 0 } ?? AssembledAnswer()
            switch format {
            case .native: return .whole(.ok, facts.untimedHeaders, NativeRun.encode(result(run, answer, said)))
            case .workflowAI:
                return .whole(
                    .ok, facts.untimedHeaders, WorkflowAIRun.encode(workflowAI(run, answer, call, facts, said)))
            case .embeddings:
                let priced = try? EmbeddingsAnswer.pricing(whole: body, end)
                return .whole(.ok, facts.untimedHeaders, priced ?? body)
            case .responses where opening.origin == .responses:
                let priced = try? ResponsesUsage.pricing(whole: body, end)
                return .whole(.ok, facts.untimedHeaders, priced ?? body)
            case _ where format.spoken == opening.origin: return .whole(.ok, facts.untimedHeaders, body)
            case .chat: return .whole(.ok, facts.untimedHeaders, ChatAnswerWriter.whole(said, end))
            case .anthropic: return .whole(.ok, facts.untimedHeaders, AnthropicAnswerWriter.whole(said, end))
            case .responses: return .whole(.ok, facts.untimedHeaders, ResponsesAnswerWriter.whole(said, end))
            case .gemini: return .whole(.ok, facts.untimedHeaders, GeminiAnswerWriter.whole(said, end))
            }
        case .stream(let kept): return .stream(streamEnd(kept, answer, run, call, facts, end))
        }
    }

    /// The end of a stream, in the client's protocol.
    private func streamEnd(
        _ kept: Answer.StreamEnd, _ answer: Answer, _ run: RunRecord, _ call: Call, _ facts: RunFacts,
        _ ending: AnswerEnding
    ) -> [UInt8] {
        var stream = kept.stream
        var bytes: [UInt8] = []
        if case .raw = stream { return format == .chat ? chatEnd(kept, ending) : rawEnd(kept, ending) }
        if case .workflowAI = stream {
            return WorkflowAIRun.event(workflowAI(run, answer, call, facts, kept.assembly.first))
        }
        for (event, step) in kept.events where !step.isUsageOnly && (!step.isDone || !step.pieces.isEmpty) {
            do throws(RelayFault) { bytes += try stream.write(event, step) } catch {
                let fault = ProviderFault.nonsense("The provider's answer cannot be told in the client's protocol.")
                return bytes + ErrorResponse.event(fault, facts)
            }
        }
        if case .written(var writer) = stream { return bytes + writer.end(ending) }
        return bytes + NativeRun.done(result(run, answer, kept.assembly.first))
    }

    /// A run's end in an error: a response, or, once streaming, an event.
    func ending(_ error: GatewayError, _ client: ResponseWriter, _ facts: RunFacts) -> Ending {
        guard client.responseHasBegun else {
            return .whole(
                HTTPResponseStatus(statusCode: error.status), ErrorResponse.headers(error, facts),
                ErrorResponse.encoded(error, facts))
        }
        return .stream(ErrorResponse.event(error, facts))
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

    /// The end of a stream that always says its usage: what it cost goes out there, and what came of the output schema.
    private func rawEnd(_ kept: Answer.StreamEnd, _ ending: AnswerEnding) -> [UInt8] {
        var bytes: [UInt8] = []
        for (event, step) in kept.events {
            if format == .responses {
                bytes += (try? ResponsesUsage.pricing(event, ending)) ?? event.raw
            } else {
                bytes += step.usage == nil ? event.raw : (try? priced(event, ending)) ?? event.raw
            }
        }
        // Cut between its last two events, an answer is whole, and its stream is not.
        if format == .anthropic, !kept.events.contains(where: \.step.isDone) {
            bytes += ServerSentEvent.frame(name: "message_stop", json: Array(#"{"type":"message_stop"}"#.utf8))
        }
        return bytes
    }

    private func priced(_ event: ServerSentEvent, _ ending: AnswerEnding) throws(JSONFault) -> [UInt8] {
        var data = try ChatUsage.addingCost(ending.cost, to: event.data)
        if let verdict = ending.verdict { data = try ChatUsage.adding("tollgate", verdict.encode(), to: data) }
        return event.framed(data)
    }

    /// The end of a stream of OpenAI's. Its last chunk says what came of the output schema, where there is one.
    private func chatEnd(_ end: Answer.StreamEnd, _ ending: AnswerEnding) -> [UInt8] {
        var chunks: [Chunk] = []
        var saysUsage = false
        for (event, step) in end.events where !step.isDone {
            if step.usage != nil, ending.includeUsage {
                chunks.append(Chunk(event, step, cost: ending.cost))
                saysUsage = true
            } else if !step.isUsageOnly || ending.includeUsage {
                chunks.append(Chunk(event, step))
            }
        }
        // The provider told it early or not at all; a client that asked gets what is on the books.
        if ending.includeUsage, !saysUsage { chunks.append(Chunk(json: ChatUsage.chunk(ending))) }
        if let verdict = ending.verdict { mark(&chunks, verdict, ending) }
        return Array(chunks.map(\.frame).joined()) + Array("data: [DONE]\n\n".utf8)
    }

    /// What came of the output schema goes out with the last chunk that says anything; some send blank events behind it,
    /// some nothing but `[DONE]`.
    private func mark(_ chunks: inout [Chunk], _ verdict: OutputVerdict, _ ending: AnswerEnding) {
        if chunks.allSatisfy({ $0.data == nil }) { chunks.append(Chunk(json: ChatUsage.chunk(ending))) }
        guard let place = chunks.lastIndex(where: { $0.data != nil }), let data = chunks[place].data,
            let marked = try? ChatUsage.adding("tollgate", verdict.encode(), to: data)
        else { return }
        chunks[place].frame = ServerSentEvent.frame(json: marked)
    }

    /// A chunk as it goes out.
    private struct Chunk {
        var frame: [UInt8]
        /// What it says; nil where it says nothing.
        var data: [UInt8]?

        init(_ event: ServerSentEvent, _ step: AnswerStep) {
            frame = step.amended.map { ServerSentEvent.frame(json: $0) } ?? event.raw
            data = step.amended ?? (event.data.contains(UInt8(ascii: "{")) ? event.data : nil)
        }

        /// With the cost in its usage.
        init(_ event: ServerSentEvent, _ step: AnswerStep, cost: String) {
            self.init(event, step)
            if let priced = data.flatMap({ try? ChatUsage.addingCost(cost, to: $0) }) { self.init(json: priced) }
        }

        /// Our own.
        init(json: [UInt8]) {
            frame = ServerSentEvent.frame(json: json)
            data = json
        }
    }

    private func workflowAI(
        _ run: RunRecord, _ answer: Answer, _ call: Call, _ facts: RunFacts, _ said: AssembledAnswer
    ) -> WorkflowAIRun {
        WorkflowAIRun(
            id: facts.shownID, output: output(answer, said), calls: said.toolCalls,
            version: String(run.versionNumber), provider: run.provider,
            model: run.end?.attempts.last?.reportedModel ?? run.model,
            milliseconds: max(0, (run.end?.endedAt ?? run.startedAt) - run.startedAt),
            cost: "\(run.end?.cost ?? .zero)", metadata: call.metadata, verdict: answer.verdict)
    }

    /// What the output schema asks for goes out as the value it is.
    private func output(_ answer: Answer, _ said: AssembledAnswer) -> NativeRun.Output? {
        let json = answer.verdict?.isValid == true ? answer.json.map { NativeRun.Output.json($0) } : nil
        return json ?? (said.text ?? said.refusal).map { .text($0) }
    }

    private func result(_ run: RunRecord, _ answer: Answer, _ said: AssembledAnswer) -> NativeRun.Result {
        NativeRun.Result(
            id: "\(run.id)", output: output(answer, said),
            toolCalls: NativeRun.toolCalls(said.toolCalls), finishReason: answer.tally.finishReason?.chatName,
            version: NativeRun.Version(number: Int64(run.versionNumber), hash: "\(run.versionHash)"),
            deployment: NativeRun.Deployment(
                agent: run.agent, environment: run.environment, schema: Int64(run.schema),
                revision: Int64(run.revision)),
            model: run.end?.attempts.last?.reportedModel,
            usage: run.end?.usage ?? MeteredUsage(Usage(), isEstimated: false),
            cost: "\(run.end?.cost ?? .zero)", verdict: answer.verdict)
    }
}
