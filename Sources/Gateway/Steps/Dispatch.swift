import Domain
import Protocols
import Transport

extension RunPipeline {
    /// Sends the request to the provider. A client that leaves does not end it: it goes on for a while, so that what
    /// it cost is learned.
    func dispatch(
        _ prompt: Prompt, _ route: ProviderRoute, _ facts: RunFacts, _ client: ResponseWriter
    ) async -> Exchange {
        // Several attempts share one deadline.
        var timeouts = settings.timeouts
        let spent = Int(facts.providerTime.nanoseconds / 1_000_000)
        if timeouts.total > 0 { timeouts.total = max(1, timeouts.total - spent) }
        let request = ExchangeRequest(
            method: "POST", url: prompt.url,
            headers: [
                ("Content-Type", RunPipeline.contentType), ("User-Agent", "tollgate"),
                // OpenAI keeps it with its own request id, so both sides can find a run.
                ("X-Client-Request-Id", "\(facts.id)"),
            ] + prompt.headers.map { ($0.name, $0.value) } + (await authorizing(prompt, route)),
            body: prompt.body, timeouts: timeouts,
            limits: ExchangeLimits(headerBytes: settings.maximumResponseHeaderBytes))
        // It left while the hold was written: nothing is sent for nobody.
        guard !client.clientHasLeft else { return worker.lane.cancelled(request) }
        let exchange = worker.lane.start(request)
        client.whenClientLeaves { [worker, weak exchange] in
            _ = worker.loop.scheduleTask(in: settings.drainAfterDisconnect) { [weak exchange] in
                exchange?.cancel()
            }
        }
        return exchange
    }
}
