/// One HTTP/1.1 request to a provider, and the bounds within which it must be answered.
package struct ExchangeRequest: Sendable {
    package var method: String
    /// Absolute, `http` or `https`, percent-encoded, without credentials. Sent as it is.
    package var url: String
    /// Sent as they are, in this order. `Content-Length`, `Transfer-Encoding` and `Connection` are the lane's to set.
    package var headers: [(String, String)]
    package var body: [UInt8]?
    package var timeouts: Timeouts
    package var limits: ExchangeLimits

    package init(
        method: String = "POST", url: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        timeouts: Timeouts = Timeouts(), limits: ExchangeLimits = ExchangeLimits()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.limits = limits
    }
}

/// Milliseconds; zero means no limit.
package struct Timeouts: Sendable, Equatable {
    /// For name, connection and handshake together (zero: libcurl's own five minutes).
    package var connect: Int
    /// From the start of the exchange to the first byte of the answer's head.
    package var firstByte: Int
    /// Between two reads of an answer. Time in which the provider waits for our own consumer does not count.
    package var idle: Int
    /// From the start of the exchange to its end.
    package var total: Int

    package init(connect: Int = 5_000, firstByte: Int = 120_000, idle: Int = 60_000, total: Int = 600_000) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
    }
}

/// Bytes.
package struct ExchangeLimits: Sendable, Equatable {
    /// Of the answer's head, status line included (and as much again for trailers).
    package var headerBytes: Int
    /// Of the answer's body; nil means none.
    package var bodyBytes: Int?
    /// Buffered for a slow consumer before the provider is made to wait. A read of 16 KiB may come on top.
    package var highWater: Int

    package init(headerBytes: Int = 64 << 10, bodyBytes: Int? = nil, highWater: Int = 64 << 10) {
        self.headerBytes = headerBytes
        self.bodyBytes = bodyBytes
        self.highWater = highWater
    }
}
