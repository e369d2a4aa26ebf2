import Domain

/// How long and how many responses are kept for those who repeat a run's request under its key.
package struct ResponseRetention: Hashable, Sendable {
    /// From a run's end; 0 keeps none.
    package var milliseconds: Int64
    /// Of all responses together.
    package var totalBytes: Int

    package init(milliseconds: Int64 = 86_400_000, totalBytes: Int = 1 << 30) {
        self.milliseconds = milliseconds
        self.totalBytes = totalBytes
    }

    /// A key is known for this long, from its run's beginning, so that nobody pays twice also where no response is kept.
    var keyMilliseconds: Int64 { max(milliseconds, 86_400_000) }

    func hasExpired(response endedAt: Int64, at now: Int64) -> Bool { now - endedAt >= milliseconds }
    func hasExpired(key heldAt: Int64, at now: Int64) -> Bool { now - heldAt >= keyMilliseconds }
}

/// The run that was made under a key.
package struct EarlierRun: Hashable, Sendable {
    package var id: RunID
    /// SHA-256 of the request that made it.
    package var request: Digest
    /// Nil: it is no longer on the books.
    package var record: RunRecord?
    /// Nil: it has not ended, or its response is not kept.
    package var response: KeptResponse?
}

/// What a key's run ends with.
package struct KeyedEnd: Sendable {
    package var key: RunKey
    /// Nil where none is to be kept.
    package var response: KeptResponse?

    package init(key: RunKey, response: KeptResponse?) {
        self.key = key
        self.response = response
    }
}

/// A row of `run_keys`.
struct RunKeyRow: Hashable {
    var run: RunID
    var request: Digest
    /// Milliseconds since 1970.
    var heldAt: Int64

    private static let layout: UInt8 = 1

    init(run: RunID, request: Digest, heldAt: Int64) {
        self.run = run
        self.request = request
        self.heldAt = heldAt
    }

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout, reserving: 64)
        record.put(run)
        record.put(request)
        record.put(heldAt)
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        run = try record.runID(bytes)
        request = try record.digest(bytes)
        heldAt = try record.integer(bytes)
    }
}

/// A row of `run_responses`. The time stands first: expiry reads nothing else of it.
struct RunResponseRow {
    private static let layout: UInt8 = 1

    static func encode(_ response: KeptResponse, endedAt: Int64) -> [UInt8] {
        var record = RecordWriter(layout: layout, reserving: response.body.count + 512)
        record.put(endedAt)
        record.put(response.status)
        record.put(response.isStreamed)
        record.put(UInt16(clamping: response.headers.count))
        for header in response.headers {
            record.put(header.name)
            record.put(header.value)
        }
        record.put(response.body)
        return record.bytes
    }

    /// Milliseconds since 1970.
    static func endedAt(_ bytes: RawSpan) throws(StorageError) -> Int64 {
        var record = try RecordReader(layout: layout, bytes)
        return try record.integer(bytes)
    }

    static func response(_ bytes: RawSpan) throws(StorageError) -> KeptResponse {
        var record = try RecordReader(layout: layout, bytes)
        _ = try record.integer(bytes, as: Int64.self)
        let status: UInt16 = try record.integer(bytes)
        let isStreamed = try record.bool(bytes)
        var headers: [KeptResponse.Header] = []
        for _ in 0..<(try record.integer(bytes, as: UInt16.self)) {
            headers.append(KeptResponse.Header(name: try record.string(bytes), value: try record.string(bytes)))
        }
        return KeptResponse(
            status: status, isStreamed: isStreamed, headers: headers, body: try record.array(bytes))
    }
}

extension RunKey.Name {
    /// In `run_keys`.
    var place: Key { Key(bytes: Key(tokenID).bytes + digest.bytes) }
}
