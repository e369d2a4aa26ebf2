import Domain
import Logging

extension RunPipeline {
    /// The one line that a run leaves in the log: what an operator needs to know of it, and nothing of what was said.
    func log(_ facts: RunFacts, _ client: ResponseWriter) {
        worker.logger.info("run", metadata: facts.metadata(clientLeft: client.clientHasLeft))
    }
}

extension RunPipeline {
    /// A repeat's line: it is no run.
    func logReplay(_ facts: RunFacts, _ client: ResponseWriter) {
        worker.logger.info(
            "run repeated",
            metadata: [
                "run": "\(facts.runID)", "request": "\(facts.id)", "status": .stringConvertible(facts.status),
                "organization": .string(facts.organization), "agent": .string(facts.agent),
                "environment": .string(facts.environment), "client_left": .stringConvertible(client.clientHasLeft),
                "total_us": .stringConvertible(facts.microsecondsSoFar),
            ])
    }
}

extension RunFacts {
    /// Numbers stay numbers, so that a log in JSON has them as such.
    func metadata(clientLeft: Bool) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "run": "\(id)", "outcome": .string(error?.rawValue ?? "succeeded"), "status": number(status),
            "stream": .stringConvertible(isStreamed), "client_left": .stringConvertible(clientLeft),
            "overhead_us": number(overheadMicroseconds), "total_us": number(microsecondsSoFar),
        ]
        metadata.reserveCapacity(32)
        // Who called is known once the token is.
        guard !organization.isEmpty else { return metadata }
        metadata["organization"] = .string(organization)
        metadata["agent"] = .string(agent)
        metadata["environment"] = .string(environment)
        if let repeats { metadata["repeats"] = .stringConvertible(repeats) }
        guard version > 0 else { return metadata }
        metadata["version"] = number(version)
        metadata["revision"] = number(revision)
        guard let run else { return metadata }
        metadata["schema"] = number(run.schema)
        metadata["provider"] = .string(run.provider)
        metadata["model"] = .string(run.model)
        metadata["key"] = .string(run.keyID)
        metadata["hold"] = .stringConvertible(run.hold)
        if let attempt {
            metadata["attempt"] = .string(attempt.result.label)
            metadata["attempts"] = number(earlierAttempts.count + 1)
            metadata["sends"] = number(attempt.sends)
            metadata["provider_ms"] = number(providerTime.nanoseconds / 1_000_000)
        }
        if let outputIsValid { metadata["output"] = .string(outputIsValid ? "valid" : "invalid") }
        guard let end = run.end else { return metadata }
        metadata["provider_status"] = number(end.attempts.last?.providerStatus ?? 0)
        metadata["cost"] = .stringConvertible(end.cost)
        metadata["estimated"] = .stringConvertible(end.usage.isEstimated)
        metadata["input_tokens"] = number(end.usage.usage.inputTotal)
        metadata["cached_tokens"] = number(end.usage.usage.cacheRead)
        metadata["output_tokens"] = number(end.usage.usage.output + end.usage.usage.audioOutput)
        metadata["reasoning_tokens"] = number(end.usage.usage.reasoning)
        return metadata
    }

    private func number(_ value: some BinaryInteger) -> Logger.MetadataValue { .stringConvertible(Int64(value)) }
}
