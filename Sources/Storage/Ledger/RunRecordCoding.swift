import Domain

extension RunRecord {
    private static let layout: UInt8 = 1

    package var encoded: [UInt8] {
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

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        let id = try record.runID(bytes)
        let holdSequence: UInt64 = try record.integer(bytes)
        let endSequence: UInt64 = try record.integer(bytes)
        let schema: UInt32 = try record.integer(bytes)
        let versionNumber: UInt32 = try record.integer(bytes)
        let versionHash = try record.digest(bytes)
        let revision: UInt64 = try record.integer(bytes)
        let keyIsPlatform = try record.bool(bytes)
        let costsCredits = try record.bool(bytes)
        let priceListDate: UInt32 = try record.integer(bytes)
        let hold = NanoCredits(try record.integer(bytes))
        let estimatedInput: Int64 = try record.integer(bytes)
        let interruptedCharge = NanoCredits(try record.integer(bytes))
        let startedAt: Int64 = try record.integer(bytes)
        self.init(
            id: id, organization: try record.string(bytes), agent: try record.string(bytes),
            environment: try record.string(bytes), schema: schema, tokenID: try record.string(bytes),
            versionNumber: versionNumber, versionHash: versionHash, revision: revision,
            provider: try record.string(bytes), model: try record.string(bytes), keyID: try record.string(bytes),
            keyIsPlatform: keyIsPlatform, costsCredits: costsCredits, priceListDate: priceListDate, hold: hold,
            estimatedInput: estimatedInput, interruptedCharge: interruptedCharge, startedAt: startedAt)
        self.holdSequence = holdSequence
        self.endSequence = endSequence
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
        // At the end and only where it says something: records of before end here, and are read as such.
        guard attempts != 1 || outputIsValid != nil else { return }
        record.put(attempts)
        record.put(outputIsValid.map { $0 ? 1 : 2 } ?? UInt8(0))
    }

    fileprivate init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        guard let outcome = Outcome(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read run: outcome")
        }
        let usage = try record.usage(bytes)
        let isEstimated = try record.bool(bytes)
        let cost = NanoCredits(try record.integer(bytes))
        let exceededHold = try record.bool(bytes)
        let clientLeft = try record.bool(bytes)
        let endedAt: Int64 = try record.integer(bytes)
        let providerStatus: UInt16 = try record.integer(bytes)
        self.init(
            outcome: outcome, errorCode: try record.string(bytes), usage: MeteredUsage(usage, isEstimated: isEstimated),
            cost: cost, clientLeft: clientLeft, endedAt: endedAt, providerStatus: providerStatus,
            providerRequestID: try record.string(bytes), reportedModel: try record.string(bytes))
        self.exceededHold = exceededHold
        guard !record.isAtEnd(bytes) else { return }
        attempts = try record.integer(bytes)
        switch try record.integer(bytes, as: UInt8.self) {
        case 0: outputIsValid = nil
        case 1: outputIsValid = true
        case 2: outputIsValid = false
        case _: throw StorageError(.corrupt, "read run: output")
        }
    }
}
