import Transport

/// The admin API of a running server, over HTTP.
struct AdminClient: AdminCalling {
    /// Bytes of an answer.
    private static let maximumAnswer = 64 << 20

    private let lane: Lane
    /// Without a slash at its end.
    let base: String
    private let token: String?
    /// For calls; a check of whether a server is there has its own.
    var timeouts = Timeouts()

    /// - Parameters:
    ///   - base: `http://127.0.0.1:8081`, without a slash at its end.
    ///   - token: nil: calls go out without one.
    init(lane: Lane, base: String, token: String?) {
        self.lane = lane
        self.base = base
        self.token = token
    }

    func call(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> (Int, [UInt8]) {
        let (head, bytes) = try await exchange(method, path, body)
        return (head.status, bytes)
    }

    /// An answer that is not JSON, with its head; of a call that did not succeed, what the server says is thrown.
    func fetch(_ path: String) async throws -> (ResponseHead, [UInt8]) {
        let (head, bytes) = try await exchange("GET", path, nil)
        guard (200..<300).contains(head.status) else { throw AdminRefusal(status: head.status, bytes) }
        return (head, bytes)
    }

    private func exchange(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> (ResponseHead, [UInt8]) {
        var headers = [("Accept", "application/json")]
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let request = ExchangeRequest(
            method: method, url: base + path, headers: headers, body: body, timeouts: timeouts)
        do {
            return try await lane.fetch(request, maximumBytes: Self.maximumAnswer)
        } catch {
            throw failure(error)
        }
    }

    /// Whether a server answers there, alive if not ready.
    func answers() async -> Bool {
        let timeouts = Timeouts(connect: 2_000, firstByte: 5_000, idle: 5_000, total: 10_000)
        let request = ExchangeRequest(method: "GET", url: base + "/healthz", timeouts: timeouts)
        let answer = try? await lane.fetch(request, maximumBytes: 64 << 10)
        return answer?.0.status == 200
    }

    private func failure(_ error: TransportError) -> CommandFailure {
        switch error.kind {
        case .resolve, .connect, .connectTimeout:
            CommandFailure(
                "no server answers at \(base): start one with `tollgate serve`, or name another by --admin-url")
        case .tls:
            CommandFailure("the certificate of \(base) is not one this machine trusts: name its authority by --ca-file")
        case .badURL, .badRequest:
            CommandFailure("the admin URL or token cannot be sent: check --admin-url and the token")
        case _: CommandFailure("the server at \(base) did not answer in full: \(error.label)")
        }
    }
}
