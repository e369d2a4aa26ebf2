import Domain

/// Within an entry, which has the organization already. What a hold keeps of its run comes first, and stands in the run's end
/// byte for byte.
extension RunRecord {
    func encode(into record: inout RecordWriter) {
        record.put(id)
        record.put(hold.rawValue)
        encodeRest(into: &record)
        guard let end else { return }
        // The number of the entry itself is the entry's.
        record.put(holdSequence)
        end.encode(into: &record)
    }

    /// What is known before it is held.
    func encodeRest(into record: inout RecordWriter) {
        record.put(schema)
        record.put(versionHash)
        record.put(revision)
        record.put(priceVersion)
        record.put(multiplierVersion)
        record.put(estimatedInput)
        record.put(interruptedCharge.rawValue)
        record.put(startedAt)
        record.put(tokenID)
        encodeDimensions(into: &record)
    }

    /// What its usage is summed by.
    func encodeDimensions(into record: inout RecordWriter) {
        record.put(keySource.rawValue)
        record.put(versionNumber)
        record.put(agent)
        record.put(environment)
        record.put(provider)
        record.put(model)
        record.put(keyID)
    }

    init(
        _ record: inout RecordReader, _ bytes: RawSpan, organization: String, isEnded: Bool
    ) throws(StorageError) {
        let id = try record.runID(bytes)
        let hold = NanoCredits(try record.integer(bytes))
        let schema: UInt32 = try record.integer(bytes)
        let versionHash = try record.digest(bytes)
        let revision: UInt64 = try record.integer(bytes)
        let priceVersion: UInt64 = try record.integer(bytes)
        let multiplierVersion: UInt64 = try record.integer(bytes)
        let estimatedInput: Int64 = try record.integer(bytes)
        let interruptedCharge = NanoCredits(try record.integer(bytes))
        let startedAt: Int64 = try record.integer(bytes)
        let tokenID = try record.string(bytes)
        let keySource = try KeySource(&record, bytes)
        let versionNumber: UInt32 = try record.integer(bytes)
        self.init(
            id: id, organization: organization, agent: try record.string(bytes),
            environment: try record.string(bytes), schema: schema, tokenID: tokenID, versionNumber: versionNumber,
            versionHash: versionHash, revision: revision, provider: try record.string(bytes),
            model: try record.string(bytes), keyID: try record.string(bytes), keySource: keySource,
            priceVersion: priceVersion, multiplierVersion: multiplierVersion, hold: hold,
            estimatedInput: estimatedInput, interruptedCharge: interruptedCharge, startedAt: startedAt)
        guard isEnded else { return }
        holdSequence = try record.integer(bytes)
        end = try RunEnd(&record, bytes)
    }
}

extension KeySource {
    init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        guard let source = KeySource(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read run: key source")
        }
        self = source
    }
}

extension RunEnd {
    func encode(into record: inout RecordWriter) {
        record.put(outcome.rawValue)
        record.put(exceededHold)
        record.put(clientLeft)
        record.put(outputIsValid.map { $0 ? 1 : 2 } ?? UInt8(0))
        record.put(endedAt)
        record.put(errorCode)
        record.put(UInt8(clamping: attempts.count))
        for attempt in attempts.prefix(Int(UInt8.max)) { attempt.encode(into: &record) }
    }

    fileprivate init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        guard let outcome = Outcome(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read run: outcome")
        }
        let exceededHold = try record.bool(bytes)
        let clientLeft = try record.bool(bytes)
        let validity: UInt8 = try record.integer(bytes)
        let endedAt: Int64 = try record.integer(bytes)
        let errorCode = try record.string(bytes)
        let count: UInt8 = try record.integer(bytes)
        var attempts: [RunAttempt] = []
        attempts.reserveCapacity(Int(count))
        for _ in 0..<count { attempts.append(try RunAttempt(&record, bytes)) }
        self.init(
            outcome: outcome, errorCode: errorCode, attempts: attempts, clientLeft: clientLeft, endedAt: endedAt)
        self.exceededHold = exceededHold
        switch validity {
        case 0: outputIsValid = nil
        case 1: outputIsValid = true
        case 2: outputIsValid = false
        case _: throw StorageError(.corrupt, "read run: output")
        }
    }
}

extension RunAttempt {
    fileprivate func encode(into record: inout RecordWriter) {
        record.put(usage.usage)
        record.put(usage.isEstimated)
        record.put(cost.rawValue)
        record.put(listCost.rawValue)
        record.put(providerStatus)
        record.put(providerRequestID)
        record.put(reportedModel)
    }

    fileprivate init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        let usage = try record.usage(bytes)
        self.init(
            usage: MeteredUsage(usage, isEstimated: try record.bool(bytes)),
            cost: NanoCredits(try record.integer(bytes)), listCost: NanoCredits(try record.integer(bytes)),
            providerStatus: try record.integer(bytes), providerRequestID: try record.string(bytes),
            reportedModel: try record.string(bytes))
    }
}
