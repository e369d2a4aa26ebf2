import NIOCore
import NIOHTTP1

/// One accepted request, whole: what every route of the gateway starts from.
struct GatewayRequest: Sendable {
    var method: HTTPMethod
    /// Without the query.
    var path: String
    /// Without the question mark; empty where there is none.
    var query: String
    var headers: HTTPHeaders
    var body: [UInt8]
    /// Counts the body against the budget; nil where there is none.
    let buffered: BufferedBytes?
    /// When its last byte was here.
    var receivedAt: NIODeadline

    init(_ head: HTTPRequestHead, body: [UInt8], _ buffered: BufferedBytes? = nil) {
        method = head.method
        path = String(head.uri.prefix { $0 != "?" && $0 != "#" })
        query = String(head.uri.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" })
        headers = head.headers
        self.body = body
        self.buffered = buffered
        receivedAt = .now()
    }

    /// What errors are told in, where no run says it.
    var format: ClientFormat { ClientFormat(of: path, headers) }

    /// The first of the places in which an SDK sends its key.
    var bearer: String? {
        if let authorization = headers.first(name: "authorization") {
            let prefix = "bearer "
            guard authorization.utf8.count > prefix.utf8.count,
                authorization.prefix(prefix.count).lowercased() == prefix
            else { return nil }
            return String(authorization.dropFirst(prefix.count))
        }
        for name in ["x-api-key", "api-key", "x-goog-api-key"] {
            if let value = headers.first(name: name) { return value }
        }
        return nil
    }
}
