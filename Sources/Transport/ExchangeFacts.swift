/// What is known of an exchange once it has ended, however it ended.
package struct ExchangeFacts: Sendable, Equatable {
    /// Whether it went over a connection kept from an earlier exchange.
    package var connectionReused = false
    /// How often libcurl sent the request: two means that a kept connection was found dead and it was sent again.
    package var sends = 0
    /// Bytes of the request's body handed to the kernel or to TLS.
    package var bodyBytesOut = 0
    /// Bytes of the answer's heads (interim ones and trailers too).
    package var headerBytesIn = 0
    package var bodyBytesIn = 0
    /// Whether the whole request was handed to the kernel or to TLS.
    package var uploadFinished = false
    /// Microseconds from the start of the exchange to the first byte of an answer; nil if none came.
    package var firstByteMicroseconds: Int?
    /// Microseconds from the start of the exchange to its end.
    package var totalMicroseconds = 0
}
