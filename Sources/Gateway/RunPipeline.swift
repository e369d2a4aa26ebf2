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
        var facts = worker.facts(receivedAt: request.receivedAt)
        worker.counters.begun += 1
        do throws(GatewayError) {
            let caller = try authenticate(request)
            facts.note(caller)
            let call = try format.decode(request.body)
            facts.isStreamed = call.stream
            let target = try resolve(call, for: caller)
            facts.note(target)
            let messages = try await fill(call, target)
            let route = try selectKey(for: target, caller)
            let prompt = try render(call, messages, target, route)
            facts.ignored = prompt.ignored
            let reservation = try await reserve(facts.id, prompt, target, route, caller)
            facts.run = reservation.run
            var exchange = dispatch(prompt, route, facts, client)
            var answers = [await relay(exchange, call, route, target, to: client, &facts)]
            while await checkOutput(&answers, prompt, target, reservation, client, &facts) {
                exchange = dispatch(prompt, route, facts, client)
                answers.append(await relay(exchange, call, route, target, to: client, &facts))
            }
            let settled = try await settle(reservation, answers, client)
            facts.note(settled)
            await finish(answers[answers.endIndex - 1], settled, call, to: client, &facts)
            // The exchange is let go of only now: its last bytes come while the run is settled, and leave a connection to
            // reuse.
            facts.note(exchange.facts)
        } catch {
            await fail(error, client, &facts)
        }
        worker.counters.note(facts)
        log(facts, client)
    }

    /// The client's way out when a run ends in an error: a response, or, once streaming, an event.
    private func fail(_ error: GatewayError, _ client: ResponseWriter, _ facts: inout RunFacts) async {
        facts.error = error.code
        guard client.responseHasBegun else {
            facts.status = error.status
            return ErrorResponse.send(error, to: client, facts)
        }
        await client.write(format.errorEvent(ErrorResponse.body(error, facts)))
        client.end()
    }

    private func finish(
        _ answer: Answer, _ settled: RunRecord, _ call: Call, to client: ResponseWriter, _ facts: inout RunFacts
    ) async {
        if var fault = answer.fault {
            fault.charged = settled.end?.cost
            return await fail(fault, client, &facts)
        }
        facts.status = 200
        await release(answer, settled, call, to: client, &facts)
    }
}
