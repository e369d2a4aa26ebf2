import Domain
import JSON

/// A run's record as JSON, the same at `/v1/runs/{id}` of both ports.
package enum RunRecordBody {
    package static func encode(_ run: RunRecord) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.run(run)
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func run(_ run: RunRecord) {
        beginObject()
        member("id", "\(run.id)")
        member("state", run.end?.outcome.name ?? "open")
        member("organization", run.organization)
        member("agent", run.agent)
        member("environment", run.environment)
        key("schema")
        int(run.schema)
        key("version")
        beginObject()
        key("number")
        int(run.versionNumber)
        member("hash", "\(run.versionHash)")
        endObject()
        key("revision")
        int(run.revision)
        member("token", run.tokenID)
        member("provider", run.provider)
        member("model", run.model)
        key("key")
        beginObject()
        member("id", run.keyID)
        member("source", run.keySource.name)
        key("costs_credits")
        bool(run.costsCredits)
        endObject()
        key("hold")
        raw("\(run.hold)".utf8)
        key("price_version")
        run.priceVersion == 0 ? null() : int(run.priceVersion)
        key("multiplier_version")
        run.multiplierVersion == 0 ? null() : int(run.multiplierVersion)
        key("entries")
        beginArray()
        for sequence in [run.holdSequence, run.endSequence] where sequence > 0 { int(sequence) }
        endArray()
        member("started_at", timestamp(milliseconds: run.startedAt))
        if let end = run.end { self.end(end) }
        endObject()
    }

    private mutating func end(_ end: RunEnd) {
        member("ended_at", timestamp(milliseconds: end.endedAt))
        key("cost")
        raw("\(end.cost)".utf8)
        key("usage")
        usage(end.usage)
        key("attempts")
        beginArray()
        for attempt in end.attempts { self.attempt(attempt) }
        endArray()
        key("output_valid")
        if let isValid = end.outputIsValid { bool(isValid) } else { null() }
        key("exceeded_hold")
        bool(end.exceededHold)
        key("client_left")
        bool(end.clientLeft)
        key("error")
        optional(end.errorCode.isEmpty ? nil : end.errorCode)
    }

    private mutating func attempt(_ attempt: RunAttempt) {
        beginObject()
        key("cost")
        raw("\(attempt.cost)".utf8)
        key("list_cost")
        raw("\(attempt.listCost)".utf8)
        key("usage")
        usage(attempt.usage)
        key("provider_status")
        int(attempt.providerStatus)
        key("provider_request_id")
        optional(attempt.providerRequestID.isEmpty ? nil : attempt.providerRequestID)
        key("reported_model")
        optional(attempt.reportedModel.isEmpty ? nil : attempt.reportedModel)
        endObject()
    }

    /// Totals, then the disjoint counters.
    private mutating func usage(_ metered: MeteredUsage) {
        beginObject()
        key("input_tokens")
        int(metered.usage.inputTotal)
        key("output_tokens")
        int(metered.usage.outputTotal)
        for counter in Usage.Counter.allCases {
            key(counter.name)
            int(metered.usage[counter])
        }
        key("estimated")
        bool(metered.isEstimated)
        endObject()
    }
}
