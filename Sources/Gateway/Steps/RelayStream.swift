import Domain
import JSON
import Protocols
import Transport

extension RunPipeline {
    /// Events after the one with the last finish reason are small; a provider that sends more than this is not ending.
    private static var maximumKeptBack: Int { 1 << 20 }

    /// Each event goes out as it arrives. What was said is gathered only where somebody needs it at the end: the native
    /// form, which repeats it, or an output schema. A client that reads slowly is waited for, and the lane then holds the
    /// provider back; one that has left is not, so that the stream's end still tells what it cost.
    func relayStream(
        _ exchange: Exchange, _ call: Call, _ route: ProviderRoute, _ begun: Answer.StreamEnd,
        to client: ResponseWriter, _ facts: inout RunFacts, _ answer: inout Answer
    ) async throws(TransportError) {
        answer.wasServed = true
        var end = begun
        var parser = route.dialect.streamParser(maximumEventSize: settings.maximumResponseBytes)
        defer {
            let tally = end.reader.tally
            answer.note(tally)
            answer.usageIsEarly = tally.usageIsEarly || !tally.isDone && tally.finishedChoices < Int(call.n)
            // A failure before anything was said costs nothing, though the stream began by telling its input (Anthropic).
            if answer.fault != nil, !answer.wasServed, answer.usageIsEarly { answer.usage = nil }
            if answer.fault != nil { answer.broken = end.stream }
        }
        while !end.reader.tally.isDone {
            let bytes = try await next(exchange, end, call)
            if let bytes { parser.append(bytes) }
            let out = take(&parser, isAtEnd: bytes == nil, &end, call, route, &answer)
            // Until something was sent, an error can still have a status of its own.
            if answer.fault == nil || client.responseHasBegun { await send(out, to: client, &facts) }
            if answer.fault != nil { return exchange.cancel() }
            if bytes == nil { break }
        }
        guard end.reader.tally.finishedChoices > 0 || end.reader.tally.isDone else {
            answer.fault = ProviderFault.nonsense("The provider's stream ended before its answer did.")
            return
        }
        answer.keptBack = .stream(end)
    }

    /// A connection that breaks once the answer is whole ends it as well as any.
    private func next(
        _ exchange: Exchange, _ end: Answer.StreamEnd, _ call: Call
    ) async throws(TransportError) -> [UInt8]? {
        do throws(TransportError) {
            return try await exchange.next()
        } catch {
            guard end.reader.tally.finishedChoices >= Int(call.n) else { throw error }
            return nil
        }
    }

    private func send(_ bytes: [UInt8], to client: ResponseWriter, _ facts: inout RunFacts) async {
        guard !bytes.isEmpty else { return }
        // Not before the first event: until then an error can still have a status of its own.
        if !client.responseHasBegun { beginStream(client, &facts) }
        await client.write(bytes)
    }

    func beginStream(_ client: ResponseWriter, _ facts: inout RunFacts) {
        facts.status = 200
        facts.firstByteAt = .now()
        client.begin(.ok, facts.streamHeaders)
    }

    /// What of the events at hand may go out now. One that ends the run badly is noted as the answer's fault.
    private func take(
        _ parser: inout ProviderStreamParser, isAtEnd: Bool, _ end: inout Answer.StreamEnd, _ call: Call,
        _ route: ProviderRoute,
        _ answer: inout Answer
    ) -> [UInt8] {
        var out: [UInt8] = []
        do {
            while !end.reader.tally.isDone, let event = isAtEnd ? try parser.finish() : try parser.next() {
                let step = try end.reader.read(event)
                let tally = end.reader.tally
                if let error = step.error {
                    let failure = ProviderFailure.classify(
                        error: error, dialect: route.dialect, secrets: route.secrets)
                    answer.fault = ProviderFault.of(failure, status: answer.status, retryAfter: nil)
                    answer.wasServed = tally.outputByteCount + tally.spokenByteCount > 0
                    return out
                }
                end.note(step)
                if tally.finishedChoices >= Int(call.n) || step.isDone || !end.events.isEmpty {
                    end.events.append((event, step))
                } else if !step.isUsageOnly || call.includeUsage {
                    out += try end.stream.write(event, step)
                }
            }
        } catch {
            answer.fault = ProviderFault.nonsense("The provider's stream is broken.")
            return out
        }
        // Who writes anew or gathers keeps some of it.
        let tally = end.reader.tally
        let isKept = end.gathers || !end.stream.isRaw
        if isKept && tally.outputByteCount > settings.maximumResponseBytes
            || end.events.dropFirst().reduce(0, { $0 + $1.event.raw.count }) > Self.maximumKeptBack
        {
            answer.fault = ProviderFault.nonsense("The provider's stream is larger than it may be.")
        }
        return out
    }
}
