import Domain
import JSON
import Protocols
import Transport

extension RunPipeline {
    /// An event after the last finish reason is small; a provider that sends more than this is not ending.
    private static var maximumKeptBack: Int { 1 << 20 }

    /// Each event goes out as it arrives. A client that reads slowly is waited for, and the lane then holds the
    /// provider back; one that has left is not, so that the stream's end still tells what it cost.
    func relayStream(
        _ exchange: Exchange, _ call: Call, _ route: ProviderRoute, to client: ResponseWriter, _ facts: RunFacts,
        _ answer: inout Answer
    ) async throws(TransportError) {
        answer.wasServed = true
        var parser = SSEParser(maximumEventSize: worker.settings.maximumResponseBytes)
        var end = Answer.StreamEnd(reader: ChatStreamReader(dialect: route.dialect))
        defer {
            answer.usage = end.reader.usage
            answer.model = end.reader.model
            answer.outputBytes = end.reader.outputByteCount
        }
        while let bytes = try await exchange.next() {
            parser.append(bytes)
            guard let out = take(&parser, isAtEnd: false, &end, call, route, &answer) else { return exchange.cancel() }
            await send(out, to: client, facts)
        }
        guard let out = take(&parser, isAtEnd: true, &end, call, route, &answer) else { return }
        await send(out, to: client, facts)
        guard end.reader.finishedChoices > 0 || end.reader.isDone else {
            answer.fault = ProviderFault.nonsense("The provider's stream ended before its answer did.")
            return
        }
        answer.keptBack = .stream(end)
    }

    private func send(_ bytes: [UInt8], to client: ResponseWriter, _ facts: RunFacts) async {
        guard !bytes.isEmpty else { return }
        // Not before the first event: until then an error can still have a status of its own.
        if !client.responseHasBegun { beginStream(client, facts) }
        await client.write(bytes)
    }

    func beginStream(_ client: ResponseWriter, _ facts: RunFacts) {
        var headers = facts.headers
        headers.add(name: "content-type", value: "text/event-stream; charset=utf-8")
        headers.add(name: "cache-control", value: "no-cache")
        // Asks proxies in front of us not to gather events.
        headers.add(name: "x-accel-buffering", value: "no")
        client.begin(.ok, headers)
    }

    /// What of the events at hand may go out now; nil, with the fault noted, where one of them ends the run.
    private func take(
        _ parser: inout SSEParser, isAtEnd: Bool, _ end: inout Answer.StreamEnd, _ call: Call, _ route: ProviderRoute,
        _ answer: inout Answer
    ) -> [UInt8]? {
        var out: [UInt8] = []
        do {
            while let event = isAtEnd ? try parser.finish() : try parser.next() {
                let read = try end.reader.read(event)
                if let error = read.error {
                    let failure = ProviderFailure.classify(
                        error: error, dialect: route.dialect, secrets: [route.secret])
                    answer.fault = ProviderFault.of(failure, status: answer.status, retryAfter: nil)
                    answer.wasServed = end.reader.outputByteCount > 0
                    return nil
                }
                if format == .native, let text = read.textDelta { end.text += text }
                let isOver = end.reader.finishedChoices >= Int(call.n) || read.isDone
                if isOver || !end.events.isEmpty {
                    end.events.append((event, read))
                } else if !read.isUsageOnly || call.includeUsage {
                    out += format.encode(event, read)
                }
            }
        } catch {
            answer.fault = ProviderFault.nonsense("The provider's stream is broken.")
            return nil
        }
        if end.text.count > worker.settings.maximumResponseBytes
            || end.events.reduce(0, { $0 + $1.event.raw.count }) > Self.maximumKeptBack
        {
            answer.fault = ProviderFault.nonsense("The provider's stream is larger than it may be.")
            return nil
        }
        return out
    }
}
