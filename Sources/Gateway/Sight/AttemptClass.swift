import Protocols
import Transport

/// How an attempt at a provider ended: a bounded label for metrics and logs.
enum AttemptClass: Hashable, Sendable {
    case success
    /// The provider said no, and why.
    case refused(ProviderFailure.Kind)
    /// The provider could not be reached, broke off, or was broken off.
    case broken(TransportError.Kind)
    /// The provider answered something that is no answer.
    case nonsense

    var label: String {
        switch self {
        case .success: "success"
        case .refused(let kind): kind.rawValue
        case .broken(let kind): Self.label(kind)
        case .nonsense: "nonsense"
        }
    }

    private static func label(_ kind: TransportError.Kind) -> String {
        switch kind {
        case .resolve: "resolve"
        case .connect: "connect"
        case .tls: "tls"
        case .sendFailed: "send_failed"
        case .firstByteTimeout: "first_byte_timeout"
        case .connectTimeout: "connect_timeout"
        case .idleTimeout: "idle_timeout"
        case .totalTimeout: "total_timeout"
        case .cutShort: "cut_short"
        case .emptyReply: "empty_reply"
        case .headersTooLarge: "headers_too_large"
        case .bodyTooLarge: "body_too_large"
        case .malformed: "malformed"
        case .badURL: "bad_url"
        case .badRequest: "unsendable"
        case .cancelled: "cancelled"
        case .overloaded: "lane_full"
        case .closed: "lane_closed"
        }
    }
}
