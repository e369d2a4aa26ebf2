/// Why an exchange with a provider did not end well. A fact for the caller to judge: never holds a URL, a header or a body.
package struct TransportError: Error, Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The provider's name (or the proxy's) has no address.
        case resolve
        case connect
        /// The handshake failed, or the certificate is not one we trust for this host.
        case tls
        /// The connection broke while the request was written.
        case sendFailed
        /// No byte of an answer within `Timeouts.firstByte` of the start.
        case firstByteTimeout
        /// Name, connection and handshake took longer than `Timeouts.connect`.
        case connectTimeout
        /// The answer began, then nothing came for `Timeouts.idle`.
        case idleTimeout
        case totalTimeout
        /// The connection ended in the middle of an answer.
        case cutShort
        /// The connection ended before the first byte of an answer.
        case emptyReply
        case headersTooLarge
        case bodyTooLarge
        /// What came is not HTTP.
        case malformed
        /// The URL is not plain `http` or `https`; nothing was sent.
        case badURL
        /// The method or a header cannot be sent as it is (a line break, a framing header); nothing was sent.
        case badRequest
        /// The caller cancelled.
        case cancelled
        /// The lane carries all the exchanges it may; nothing was sent.
        case overloaded
        /// The lane is closed, or closed while the exchange ran.
        case closed
    }

    package let kind: Kind
    /// Whether the provider may have seen the whole request, and so may have acted on it and charged for it.
    package let requestSent: Bool
    /// A constant text, at most a line long, safe to log.
    package let label: String

    package init(_ kind: Kind, requestSent: Bool, label: String? = nil) {
        self.kind = kind
        self.requestSent = requestSent
        self.label = label ?? kind.rawValue
    }
}
