import Domain

extension RunRecord {
    private static let layout: UInt8 = 1

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout, reserving: 512)
        record.put(id)
        record.put(holdSequence)
        record.put(endSequence)
        record.put(schema)
        record.put(versionNumber)
        record.put(versionHash)
        record.put(revision)
        record.put(keyIsPlatform)
        record.put(costsCredits)
        record.put(priceListDate)
        record.put(hold.rawValue)
        record.put(estimatedInput)
        record.put(interruptedCharge.rawValue)
        record.put(startedAt)
        for text in [organization, agent, environment, tokenID, provider, model, keyID] { record.put(text) }
        record.put(end != nil)
        if let end { end.encode(into: &record) }
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        id = try record.runID(bytes)
        holdSequence = try record.integer(bytes)
        endSequence = try record.integer(bytes)
        schema = try record.integer(bytes)
        versionNumber = try record.integer(bytes)
        versionHash = try record.digest(bytes)
        revision = try record.integer(bytes)
        keyIsPlatform = try record.bool(bytes)
        costsCredits = try record.bool(bytes)
        priceListDate = try record.integer(bytes)
        hold = NanoCredits(try record.integer(bytes))
        estimatedInput = try record.integer(bytes)
        interruptedCharge = NanoCredits(try record.integer(bytes))
        startedAt = try record.integer(bytes)
        organization = try record.string(bytes)
        agent = try record.string(bytes)
        environment = try record.string(bytes)
        tokenID = try record.string(bytes)
        provider = try record.string(bytes)
        model = try record.string(bytes)
        keyID = try record.string(bytes)
        end = try record.bool(bytes) ? try RunEnd(&record, bytes) : nil
    }
}

extension RunEnd {
    fileprivate func encode(into record: inout RecordWriter) {
        record.put(outcome.rawValue)
        record.put(usage.usage)
        record.put(usage.isEstimated)
        record.put(cost.rawValue)
        record.put(exceededHold)
        record.put(clientLeft)
        record.put(endedAt)
        record.put(providerStatus)
        for text in [errorCode, providerRequestID, reportedModel] { record.put(text) }
    }

    fileprivate init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        guard let outcome = Outcome(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read run: outcome")
        }
        self.outcome = outcome
        let usage = try record.usage(bytes)
        self.usage = MeteredUsage(usage, isEstimated: try record.bool(bytes))
        cost = NanoCredits(try record.integer(bytes))
        exceededHold = try record.bool(bytes)
        clientLeft = try record.bool(bytes)
        endedAt = try record.integer(bytes)
        providerStatus = try record.integer(bytes)
        errorCode = try record.string(bytes)
        providerRequestID = try record.string(bytes)
        reportedModel = try record.string(bytes)
    }
}
