extension Lane {
    /// A whole answer at once, for callers with no use for a stream. Fails with `.bodyTooLarge` beyond `maximumBytes`.
    nonisolated(nonsending) package func fetch(
        _ request: ExchangeRequest, maximumBytes: Int
    ) async throws(TransportError) -> (ResponseHead, [UInt8]) {
        var bounded = request
        bounded.limits.bodyBytes = min(maximumBytes, request.limits.bodyBytes ?? maximumBytes)
        let exchange = start(bounded)
        let head = try await exchange.head()
        var body: [UInt8] = []
        while let bytes = try await exchange.next() { body += bytes }
        return (head, body)
    }
}
