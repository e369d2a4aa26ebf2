import JSON

/// What a provider's error says, whichever envelope it came in.
struct ErrorEnvelope: Sendable {
    /// As the provider wrote it.
    var message: [UInt8] = []
    var type: String?
    var code: String?
    /// Names of the failure beyond type and code: Google's status and reason, inner codes.
    var labels: [String] = []
    /// A status in the body, for errors under HTTP 200.
    var status: Int?

    /// How long Google asks to wait, in milliseconds.
    var retryDelay: Int64?

    private init() {}

    /// - Parameter body: as it came; JSON of any shape, or text.
    init(body: [UInt8]) {
        self.init()
        guard let root = try? JSONDocument(body).root else {
            // A proxy's HTML page says nothing that can be shown.
            let text = body.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            if text.first != UInt8(ascii: "<") {
                message = Array(String(decoding: text.prefix(8192), as: UTF8.self).utf8)
            }
            return
        }
        // Gemini may wrap its error in an array of one.
        read(root.kind == .array ? root.elements().first ?? root : root)
    }

    /// - Parameter root: a whole body, or the `error` of one.
    init(_ root: JSONValue) { read(root) }

    private mutating func read(_ root: JSONValue) {
        if let text = root.decodedBytes {
            message = text
            return
        }
        note(root)
        guard let error = root.present("error") else { return }
        if let text = error.decodedBytes { message = text } else { note(error) }
    }

    private mutating func note(_ error: JSONValue) {
        if let text = error.present("message")?.decodedBytes ?? error.present("detail")?.decodedBytes { message = text }
        if message.isEmpty, let first = error.present("detail")?.elements().first?.member("msg")?.decodedBytes {
            message = first
        }
        if let type = error.present("type")?.string { self.type = type }
        // AWS where the request itself is refused, of a namespace: `com.amazon.coral.service#AccessDeniedException`.
        if type == nil, let name = error.present("__type")?.string {
            type = name.split(separator: "#").last.map(String.init)
        }
        // AWS has it with a capital letter at times.
        if message.isEmpty, let text = error.present("Message")?.decodedBytes { message = text }
        if let code = error.present("code") {
            if let number = code.int {
                note(status: number)
                self.code = String(number)
            } else if let text = code.string {
                self.code = text
            }
        }
        if let number = error.present("status_code")?.int { note(status: number) }
        label(error, "status", "reason")
        error.present("innererror").map { label($0, "code") }
        error.present("metadata").map { label($0, "error_type", "limit_source", "provider_code") }
        guard let details = error.present("details") else { return }
        label(details, "error_code")
        for detail in details.elements() {
            label(detail, "reason")
            if let delay = detail.member("retryDelay")?.string { retryDelay = Self.milliseconds(delay) }
            for violation in detail.member("violations")?.elements() ?? [] { label(violation, "quotaId") }
        }
    }

    /// Some codes are numbers of the provider's own.
    private mutating func note(status number: Int64) {
        if (400...599).contains(number) { status = Int(number) }
    }

    /// Of a duration such as `34.4s`.
    private static func milliseconds(_ duration: String) -> Int64? {
        guard duration.hasSuffix("s"), let seconds = Double(duration.dropLast()), (0...86400).contains(seconds) else {
            return nil
        }
        return Int64((seconds * 1000).rounded(.up))
    }

    private mutating func label(_ object: JSONValue, _ names: String...) {
        for name in names {
            if let text = object.present(name)?.string { labels.append(text) }
        }
    }
}
