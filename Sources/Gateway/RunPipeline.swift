import Domain
import NIOCore

/// The life of a run, from a whole request to its last byte: one straight line, on the connection's event loop.
/// Each step is a file in `Steps`.
struct RunPipeline {
    let worker: Worker
    let format: ClientFormat
    /// As they were when the run began: it keeps them.
    let settings: GatewaySettings

    func run(_ request: GatewayRequest, _ client: ResponseWriter) async {
        var facts = worker.facts(receivedAt: request.receivedAt, format)
        worker.counters.begun += 1
        do throws(GatewayError) {
            let caller = try authenticate(request)
            facts.note(caller)
            // Who repeats a request under its idempotency key gets the first one's response, and there is no run.
            guard let claim = try await once(request, caller, client, &facts) else { return }
            defer { claim.end() }
            let call = try format.decode(request)
            facts.isStreamed = call.stream
            facts.givenID = call.id
            let target = try resolve(call, for: caller)
            facts.note(target)
            let messages = try await fill(call, target)
            var route = try selectKey(for: target, caller)
            let prompt = try render(call, messages, target, route)
            facts.ignored = prompt.ignored
            try await authorize(&route, &facts)
            let reservation = try await reserve(facts.id, prompt, target, route, caller, claim.key)
            facts.run = reservation.run
            var exchange = await dispatch(prompt, route, facts, client)
            var answers = [await relay(exchange, call, route, target, to: client, &facts)]
            while await isAskedAgain(&answers, &route, prompt, target, reservation, client, &facts) {
                exchange = await dispatch(prompt, route, facts, client)
                answers.append(await relay(exchange, call, route, target, to: client, &facts))
            }
            let answer = answers[answers.endIndex - 1]
            let ended = end(reservation, answers, client)
            let rest = ending(answer, ended, call, opening(facts, route, target), client, facts)
            let kept = claim.keep(rest, of: ended, client, facts)
            facts.note(try await settle(ended, kept))
            claim.end(kept?.response)
            facts.error = answer.fault?.code
            await release(rest, to: client, &facts)
            // The exchange is let go of only now: its last bytes come while the run is settled, and leave a connection to
            // reuse.
            facts.note(exchange.facts)
        } catch {
            facts.error = error.code
            await release(ending(error, client, facts), to: client, &facts)
        }
        worker.counters.note(facts)
        log(facts, client)
    }
}
