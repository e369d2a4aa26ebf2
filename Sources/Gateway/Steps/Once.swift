import Domain
import NIOCore
import NIOHTTP1
import Protocols
import Security
import Storage

/// What came of a request under a known idempotency key: a bounded label for metrics.
enum RepeatOutcome: String, Hashable, Sendable, CaseIterable {
    /// It got the first one's response.
    case replayed
    /// It was another request.
    case conflict
    /// The run has ended, and its response is not kept.
    case notKept = "not_kept"
    /// A crash cut the run off.
    case interrupted
    /// The run's end is not written yet.
    case unsettled
}

extension RunPipeline {
    /// Sees to it that an idempotency key makes one run. Nil: this is a repeat, and has been answered. A repeat of what is
    /// under way waits for its end, as long as a run may take.
    func once(
        _ request: GatewayRequest, _ caller: Caller, _ client: ResponseWriter, _ facts: inout RunFacts
    ) async throws(GatewayError) -> KeyClaim? {
        guard let text = format.idempotencyKey(request) else {
            return KeyClaim(key: nil, run: facts.id, runs: worker.keyedRuns)
        }
        let key = try await key(text, request, caller)
        var waits = false
        while true {
            switch worker.keyedRuns.enter(key, facts.id) {
            case .first:
                let claim = KeyClaim(key: key, run: facts.id, runs: worker.keyedRuns)
                do throws(GatewayError) {
                    guard let earlier = try await earlierRun(key) else {
                        client.record(upTo: settings.maximumKeptResponseBytes)
                        return claim
                    }
                    claim.end()
                    await replay(try response(of: earlier, key, &facts), to: client, &facts)
                    return nil
                } catch {
                    claim.end()
                    throw error
                }
            case .conflict(let run):
                throw refusal(.conflict, run, &facts)
            case .underWay(let run):
                if !waits { worker.counters.repeatWaits += 1 }
                waits = true
                guard let response = try await wait(for: run, key, client, facts) else { continue }
                facts.repeats = run
                await replay(response, to: client, &facts)
                return nil
            }
        }
    }

    private func key(
        _ text: String, _ request: GatewayRequest, _ caller: Caller
    ) async throws(GatewayError) -> RunKey {
        guard (1...200).contains(text.utf8.count), text.utf8.allSatisfy({ (32...126).contains($0) }),
            request.headers["idempotency-key"].count <= 1
        else {
            throw GatewayError(
                .invalidRequest, "Idempotency-Key must be given once, as 1 to 200 printable ASCII characters.",
                param: request.headers.contains(name: "idempotency-key") ? nil : "id")
        }
        // All that decides the answer: the route by what it speaks, and the body. The token is in the key's name.
        let body = request.body
        let digest = fitsTurn(body.count) ? sha256(body) : await offLoop { sha256(body) }
        let asked = sha256(Array("run \(format.name) \(protocolPart(request))\n".utf8) + digest.bytes)
        return RunKey(tokenID: caller.id, key: sha256(text), request: asked)
    }

    /// What beside the body decides the answer, in some protocols.
    private func protocolPart(_ request: GatewayRequest) -> String {
        switch format {
        case .gemini, .workflowAI: request.path
        case .anthropic:
            AnthropicRequest.headers.map { request.headers[$0].joined(separator: ",") }.joined(separator: " ")
        case .chat, .responses, .native, .embeddings: ""
        }
    }

    private func earlierRun(_ key: RunKey) async throws(GatewayError) -> EarlierRun? {
        do throws(StorageError) {
            return try await worker.ledger.earlierRun(key, at: settings.now())
        } catch {
            worker.logger.error("idempotency key could not be looked up", metadata: ["error": "\(error)"])
            throw GatewayError(
                .ledgerUnavailable, "The ledger could not be read; nothing was sent or charged.", retryAfter: 2)
        }
    }

    /// The response of the run that ended; nil where there is none, and the key may be free.
    private func wait(
        for run: RunID, _ key: RunKey, _ client: ResponseWriter, _ facts: RunFacts
    ) async throws(GatewayError) -> KeptResponse? {
        let runs = worker.keyedRuns
        let id = facts.id
        client.whenClientLeaves { runs.stopWaiting(id, key.name) }
        let total = settings.timeouts.total
        let deadline =
            total > 0
            ? worker.loop.scheduleTask(deadline: facts.receivedAt + .milliseconds(Int64(total))) {
                runs.stopWaiting(id, key.name)
            } : nil
        defer { deadline?.cancel() }
        let outcome = client.clientHasLeft ? .gaveUp : await runs.wait(id, for: run, key.name)
        if case .ended(let response?) = outcome { return response }
        if client.clientHasLeft { throw GatewayError(.deadlineExceeded, "The client left while it waited.") }
        if Task.isCancelled { throw GatewayError(.draining, "The gateway is shutting down.", retryAfter: 1) }
        if case .ended(nil) = outcome { return nil }
        throw GatewayError(.deadlineExceeded, "The run \(run) of this Idempotency-Key is still under way.")
    }

    // MARK: answering a repeat

    /// The response that the earlier run left, or why there is none.
    private func response(
        of earlier: EarlierRun, _ key: RunKey, _ facts: inout RunFacts
    ) throws(GatewayError) -> KeptResponse {
        guard earlier.request == key.request else { throw refusal(.conflict, earlier.id, &facts) }
        facts.repeats = earlier.id
        if let response = earlier.response { return response }
        guard let record = earlier.record else { throw refusal(.notKept, earlier.id, &facts) }
        guard let end = record.end else { throw refusal(.unsettled, earlier.id, &facts) }
        var error = refusal(end.outcome == .interrupted ? .interrupted : .notKept, earlier.id, &facts)
        error.charged = end.cost
        throw error
    }

    private func refusal(_ outcome: RepeatOutcome, _ run: RunID, _ facts: inout RunFacts) -> GatewayError {
        facts.repeats = run
        worker.counters.repeats[outcome, default: 0] += 1
        let message =
            switch outcome {
            case .replayed, .conflict: "The Idempotency-Key is that of another request, which made the run \(run)."
            case .notKept: "The run \(run) of this Idempotency-Key has ended, and its response is not kept."
            case .interrupted:
                "The run \(run) of this Idempotency-Key was cut off by a crash of the gateway."
            case .unsettled:
                "The run \(run) of this Idempotency-Key has ended, and what it cost could not be written yet."
            }
        if outcome == .unsettled { return GatewayError(.ledgerUnavailable, message, retryAfter: 2) }
        return GatewayError(.idempotencyConflict, message)
    }

    private func replay(_ response: KeptResponse, to client: ResponseWriter, _ facts: inout RunFacts) async {
        facts.status = Int(response.status)
        var headers = facts.headers
        for header in response.headers { headers.add(name: header.name, value: header.value) }
        headers.add(name: "tollgate-idempotent-replayed", value: "true")
        // It would be the same again.
        if response.status >= 400 { headers.replaceOrAdd(name: "x-should-retry", value: "false") }
        let status = HTTPResponseStatus(statusCode: Int(response.status))
        if response.isStreamed {
            client.begin(status, headers)
            await client.write(response.body)
            client.end()
        } else {
            client.send(status, facts.timed(headers), body: response.body)
        }
        worker.counters.repeats[.replayed, default: 0] += 1
        logReplay(facts, client)
    }
}

extension KeyClaim {
    /// What the run ends with under its key; nil without one.
    func keep(_ ending: Ending, of ended: RunRecord, _ client: ResponseWriter, _ facts: RunFacts) -> KeyedEnd? {
        guard let key else { return nil }
        let mayBeKept = ended.end?.leavesNoTrace == false
        return KeyedEnd(key: key, response: mayBeKept ? response(ending, client, facts) : nil)
    }

    /// The whole response as it will have gone out; nil where it is too large.
    private func response(_ ending: Ending, _ client: ResponseWriter, _ facts: RunFacts) -> KeptResponse? {
        guard var recording = client.recording else { return nil }
        let status: UInt16
        let isStreamed: Bool
        switch ending {
        case .whole(let code, let headers, let body):
            (status, isStreamed) = (UInt16(code.code), false)
            recording.headers = headers
            recording.append(body)
        case .stream(let rest):
            (status, isStreamed) = (200, true)
            if !client.responseHasBegun { recording.headers = facts.streamHeaders }
            recording.append(rest)
        }
        guard let body = recording.bytes else { return nil }
        return KeptResponse(
            status: status, isStreamed: isStreamed,
            headers: recording.headers.filter { !Self.ownHeaders.contains($0.name) }
                .map { KeptResponse.Header(name: $0.name, value: $0.value) },
            body: body)
    }

    /// Each response has its own.
    private static let ownHeaders: Set<String> = ["x-request-id", "tollgate-run-id"]
}
