/// An idempotency key of a deployment token, and the request that was made under it: makes one run.
package struct RunKey: Hashable, Sendable {
    /// The same for all requests under the key.
    package struct Name: Hashable, Sendable {
        package var tokenID: String
        /// SHA-256 of the key: what an application names its runs by may say something of them.
        package var digest: Digest
    }

    package var name: Name
    /// SHA-256 of all that decides the answer.
    package var request: Digest

    package init(tokenID: String, key: Digest, request: Digest) {
        name = Name(tokenID: tokenID, digest: key)
        self.request = request
    }
}

/// A response as it went out, to be given again.
package struct KeptResponse: Hashable, Sendable {
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// HTTP status.
    package var status: UInt16
    package var isStreamed: Bool
    /// Without those that are each response's own.
    package var headers: [Header]
    /// Of a stream all its events.
    package var body: [UInt8]

    package init(status: UInt16, isStreamed: Bool, headers: [Header], body: [UInt8]) {
        self.status = status
        self.isStreamed = isStreamed
        self.headers = headers
        self.body = body
    }
}

extension RunEnd {
    /// It failed, and neither its caller nor whoever's key it went with paid for anything: to be tried again under the
    /// same idempotency key.
    package var leavesNoTrace: Bool {
        outcome == .failed && !exceededHold && !consumedAnything
    }
}

extension RunEnd {
    /// The end as it stands on the books, of a run for which so much was held: nothing is taken for an exempt one.
    package func booked(hold: NanoCredits, _ keySource: KeySource) -> RunEnd {
        var end = self
        if !keySource.costsCredits {
            for index in end.attempts.indices { end.attempts[index].cost = .zero }
        }
        end.exceededHold = end.cost > hold
        return end
    }
}

extension RunRecord {
    /// The run as it stands on the books once it ends so.
    package func ended(_ end: RunEnd) -> RunRecord {
        var run = self
        run.end = end.booked(hold: hold, keySource)
        return run
    }
}
