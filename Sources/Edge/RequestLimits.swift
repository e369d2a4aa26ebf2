import NIOCore
import NIOHTTP1

/// What a client is held to until its request is whole.
package struct RequestLimits: Sendable {
    /// For a request's head, from its first byte; also for a TLS handshake. Bytes that dribble in do not extend it.
    package var headTimeout = TimeAmount.seconds(10)
    /// For a request's body, from the end of its head.
    package var bodyTimeout = TimeAmount.seconds(60)
    /// Of all headers of a request together, the request line included, in bytes.
    package var maximumHeaderBytes = 64 << 10
    package var maximumHeaders = 100

    package init() {}

    package var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maximumHeaderBytes
        limits.maxHeaderListSize = maximumHeaderBytes
        limits.maxHeaderFieldCount = maximumHeaders
        return limits
    }
}
