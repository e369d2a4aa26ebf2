import Domain
import NIOCore
import Protocols
import Transport

extension RunPipeline {
    /// What providers call their own id of a request: most, Anthropic, Azure, Bedrock.
    private static let requestIDHeaders = ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid"]

    /// Passes the provider's bytes on as they come, and notes what they say of usage. A whole answer, and the end of a
    /// stream, are kept back in the answer until the run is settled.
    func relay(
        _ exchange: Exchange, _ call: Call, _ route: ProviderRoute, _ target: Target, to client: ResponseWriter,
        _ facts: inout RunFacts
    ) async -> Answer {
        var answer = Answer()
        let started = NIODeadline.now()
        var firstByte: TimeAmount?
        do throws(TransportError) {
            let head = try await exchange.head()
            firstByte = .now() - started
            answer.status = head.status
            answer.requestID = Self.requestIDHeaders.lazy.compactMap { head[$0] }.first ?? ""
            if !(200..<300).contains(head.status) {
                answer.fault = try await refusal(exchange, head, route)
            } else if !call.stream {
                try await relayWhole(exchange, head, call, route, &answer)
            } else if head["content-type"]?.lowercased().hasPrefix(route.dialect.streamType) == true {
                let gathers = format.repeatsAnswer || target.plan.output != nil
                let stream = ClientStream(format, opening(facts, route, target), isJSON: target.plan.output != nil)
                let end = Answer.StreamEnd(gathers: gathers, reader: route.dialect.reader(), stream: stream)
                try await relayStream(exchange, call, route, end, to: client, &facts, &answer)
            } else {
                try await relayUnstreamed(exchange, head, call, route, &answer)
            }
        } catch {
            answer.fault = ProviderFault.of(error, clientHasLeft: client.clientHasLeft)
            // We broke off, not the provider: what it had begun it may bill, unless it had said no.
            let saidNo = answer.status != 0 && !(200..<300).contains(answer.status)
            if error.requestSent, error.kind == .cancelled || error.kind == .closed { answer.wasServed = !saidNo }
        }
        if let earlier = facts.attempt { facts.earlierAttempts.append(earlier) }
        facts.attempt = RunFacts.Attempt(
            result: answer.fault?.attempt ?? .success,
            firstByteMicroseconds: firstByte.map { Int($0.nanoseconds / 1_000) })
        facts.note(exchange.facts)
        facts.providerTime = facts.providerTime + (.now() - started)
        return answer
    }

    /// What the client is told of an answer before its provider says anything.
    func opening(_ facts: RunFacts, _ route: ProviderRoute, _ target: Target) -> AnswerOpening {
        AnswerOpening(
            id: facts.shownID, model: target.plan.model, created: route.begunAt / 1_000, origin: route.dialect.wire)
    }

    private func relayWhole(
        _ exchange: Exchange, _ head: ResponseHead, _ call: Call, _ route: ProviderRoute, _ answer: inout Answer
    ) async throws(TransportError) {
        // What is not JSON is no model's answer (a captive portal's page, say): nothing was served that could be billed.
        guard isJSON(head) else {
            answer.fault = ProviderFault.nonsense("The provider's answer is not JSON.")
            return exchange.cancel()
        }
        answer.wasServed = true
        guard let body = try await collect(exchange, head, settings.maximumResponseBytes, &answer) else {
            return
        }
        let (tally, read) = await read(body, route.dialect.reader(to: call.embeddings))
        guard let step = read else {
            answer.outputBytes = body.count
            answer.fault = ProviderFault.nonsense("The provider's answer is broken JSON.")
            return
        }
        answer.note(tally)
        if let error = step.error {
            answer.wasServed = answer.outputBytes + answer.spokenBytes > 0
            let failure = ProviderFailure.classify(error: error, dialect: route.dialect, secrets: route.secrets)
            answer.fault = ProviderFault.of(failure, status: head.status, retryAfter: nil)
            return
        }
        guard step.isAnswer else {
            answer.wasServed = false
            answer.fault = ProviderFault.nonsense(
                call.embeddings == nil
                    ? "The provider's answer has no choices."
                    : "The provider's answer does not have a vector for each input.")
            return
        }
        answer.keptBack = .whole(step.amended ?? body, step)
    }

    /// What a whole answer says; no step where it is no JSON. A large one is read where no other run waits for it.
    private func read(_ body: [UInt8], _ reader: any AnswerReader) async -> (AnswerTally, AnswerStep?) {
        let read = { @Sendable () -> (AnswerTally, AnswerStep?) in
            var reader = reader
            let step = try? reader.read(whole: body)
            return (reader.tally, step)
        }
        return fitsTurn(body.count) ? read() : await offLoop(read)
    }

    /// A stream was asked for and something else came: most likely an error under status 200.
    private func relayUnstreamed(
        _ exchange: Exchange, _ head: ResponseHead, _ call: Call, _ route: ProviderRoute, _ answer: inout Answer
    ) async throws(TransportError) {
        try await relayWhole(exchange, head, call, route, &answer)
        guard answer.fault == nil else { return }
        answer.keptBack = .nothing
        answer.fault = ProviderFault.nonsense("The provider did not stream its answer.")
    }

    /// The provider said no: what that means, in its own words without secrets.
    private func refusal(
        _ exchange: Exchange, _ head: ResponseHead, _ route: ProviderRoute
    ) async throws(TransportError) -> GatewayError {
        var ignored = Answer()
        let body = try await collect(exchange, head, 256 << 10, &ignored) ?? []
        let failure = ProviderFailure.classify(
            status: head.status, body: body, dialect: route.dialect, errorType: head["x-amzn-errortype"],
            secrets: route.secrets)
        return ProviderFault.of(
            failure, status: head.status, retryAfter: head["retry-after"].flatMap { Int($0) })
    }

    /// The whole body; nil, with the fault noted, where it is larger than it may be.
    private func collect(
        _ exchange: Exchange, _ head: ResponseHead, _ maximum: Int, _ answer: inout Answer
    ) async throws(TransportError) -> [UInt8]? {
        var body: [UInt8] = []
        do throws(TransportError) {
            while let bytes = try await exchange.next() {
                guard body.count + bytes.count <= maximum else {
                    answer.fault = ProviderFault.nonsense("The provider's answer is larger than \(maximum) bytes.")
                    exchange.cancel()
                    break
                }
                if body.isEmpty { body = bytes } else { body += bytes }
            }
        } catch {
            answer.outputBytes = body.count
            throw error
        }
        answer.outputBytes = body.count
        return answer.fault == nil ? body : nil
    }

    private func isJSON(_ head: ResponseHead) -> Bool {
        guard let type = head["content-type"]?.lowercased() else { return true }
        return type.hasPrefix("application/json") || type.contains("+json") || type.hasPrefix("text/plain")
    }
}
