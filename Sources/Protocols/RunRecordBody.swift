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
        member("source", run.keyIsPlatform ? "platform" : "organization")
        key("costs_credits")
        bool(run.costsCredits)
        endObject()
        key("hold")
        raw("\(run.hold)".utf8)
        key("price_list")
        run.priceListDate == 0 ? null() : int(run.priceListDate)
        member("started_at", timestamp(milliseconds: run.startedAt))
        if let end = run.end { self.end(end) }
        endObject()
    }

    private mutating func end(_ end: RunEnd) {
        member("ended_at", timestamp(milliseconds: end.endedAt))
        key("cost")
        raw("\(end.cost)".utf8)
        key("usage")
        beginObject()
        let usage = end.usage.usage
        key("input_tokens")
        int(usage.inputTotal)
        key("output_tokens")
        int(usage.outputTotal)
        for counter in Usage.Counter.allCases {
            key(counter.name)
            int(usage[counter])
        }
        key("estimated")
        bool(end.usage.isEstimated)
        endObject()
        key("attempts")
        int(end.attempts)
        key("output_valid")
        if let isValid = end.outputIsValid { bool(isValid) } else { null() }
        key("exceeded_hold")
        bool(end.exceededHold)
        key("client_left")
        bool(end.clientLeft)
        key("error")
        optional(end.errorCode.isEmpty ? nil : end.errorCode)
        key("provider_status")
        int(end.providerStatus)
        key("provider_request_id")
        optional(end.providerRequestID.isEmpty ? nil : end.providerRequestID)
        key("reported_model")
        optional(end.reportedModel.isEmpty ? nil : end.reportedModel)
    }

    private mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }
}
