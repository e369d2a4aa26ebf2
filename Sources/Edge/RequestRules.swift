import NIOHTTP1

/// What two parties could read two ways (RFC 9112, sections 3.2, 5 and 6) and NIO's decoder lets through. It refuses
/// by itself: conflicting or doubled lengths, a length beside chunks, codings that do not end in `chunked`, folded
/// headers, line ends that are not CR LF, blanks before colons, control bytes, and malformed chunks.
package enum RequestRules {
    /// Nil where there is nothing to say against the head.
    package static func fault(in head: HTTPRequestHead, _ limits: RequestLimits) -> Refusal? {
        if head.headers.count > limits.maximumHeaders { return .headersTooLarge }
        if head.method == .CONNECT { return Refusal(.invalidRequest, "This is not a proxy.") }
        var hosts = 0
        var authorizations = 0
        var codings = 0
        for (name, value) in head.headers {
            // Most headers are told apart by their length alone.
            switch name.utf8.count {
            case 4 where equal(name, "host"):
                hosts += 1
                guard isHost(value) else { return Refusal(.invalidRequest, "The Host header is not a host.") }
            case 13 where equal(name, "authorization"): authorizations += 1
            case 17 where equal(name, "transfer-encoding"):
                codings += 1
                guard equal(value, "chunked") else {
                    return Refusal(.invalidRequest, "The only transfer coding taken is `chunked`.")
                }
            case _: break
            }
        }
        guard authorizations <= 1 else {
            return Refusal(.invalidRequest, "There is more than one Authorization header.")
        }
        guard hosts <= 1 else { return Refusal(.invalidRequest, "There is more than one Host header.") }
        guard head.version.major == 1 else { return nil }
        guard hosts == 1 || head.version.minor == 0 else { return Refusal(.invalidRequest, "There is no Host header.") }
        // A proxy of that time passes the chunks on as they are.
        guard codings == 0 || (codings == 1 && head.version.minor == 1) else {
            return Refusal(.invalidRequest, "The body's transfer coding is ambiguous.")
        }
        return nil
    }

    /// Headers that decide about the request have no place behind its body (RFC 9110, section 6.5.1).
    static func fault(inTrailers trailers: HTTPHeaders) -> Refusal? {
        let decisive = ["content-length", "transfer-encoding", "host", "authorization", "content-encoding"]
        guard trailers.contains(where: { name, _ in decisive.contains { equal(name, $0) } }) else { return nil }
        return Refusal(.invalidRequest, "A trailer stands behind the body that belongs before it.")
    }

    /// - Parameter lowercase: ASCII.
    private static func equal(_ text: String, _ lowercase: String) -> Bool {
        text.utf8.elementsEqual(lowercase.utf8) { ($0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0) == $1 }
    }

    /// A name or an address, with or without a port: no user, path, list or blank.
    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"):
                    true
                case _: false
                }
            }
    }
}
