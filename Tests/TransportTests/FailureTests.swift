import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(1)))
struct FailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let kind: TransportError.Kind
        var sent = true
        var limits = ExchangeLimits()
        var timeouts = Timeouts()
        var body: [UInt8] = [1]
        let script: @Sendable (RawConnection) -> Void
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "close without a byte", kind: .emptyReply) { _ = $0.request() },
        Case(name: "reset without a byte", kind: .emptyReply) {
            _ = $0.request()
            $0.reset()
        },
        Case(name: "reset in the middle", kind: .cutShort) {
            _ = $0.request()
            $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            $0.reset()
        },
        Case(name: "cut length", kind: .cutShort) {
            _ = $0.request()
            $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        },
        Case(name: "cut chunks", kind: .cutShort) {
            _ = $0.request()
            $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        },
        Case(name: "cut head", kind: .cutShort) {
            _ = $0.request()
            $0.send("HTTP/1.1 200 OK\r\nContent-Le")
        },
        Case(name: "cut after a header", kind: .cutShort) {
            _ = $0.request()
            $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n")
        },
        Case(name: "not HTTP", kind: .malformed) {
            _ = $0.request()
            $0.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
        },
        Case(name: "many headers", kind: .headersTooLarge) { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\n")
            for index in 0..<100_000 { guard connection.send("x-\(index): y\r\n") else { return } }
        },
        Case(name: "an endless header", kind: .headersTooLarge) { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nx: ")
            while connection.send([UInt8](repeating: 0x61, count: 10_000)) {}
        },
        Case(name: "endless trailers", kind: .headersTooLarge) { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
            while connection.send("x: y\r\n") {}
        },
        Case(name: "body over the limit", kind: .bodyTooLarge, limits: ExchangeLimits(bodyBytes: 1_000)) { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 0x61, count: 100)) {}
        },
        Case(name: "never answers", kind: .firstByteTimeout, timeouts: Timeouts(firstByte: 250)) {
            $0.awaitClientGone()
        },
        Case(name: "silent after the head", kind: .idleTimeout, timeouts: Timeouts(idle: 60)) {
            _ = $0.request()
            $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            $0.awaitClientGone()
        },
        Case(name: "silent in the middle", kind: .idleTimeout, timeouts: Timeouts(idle: 60)) {
            _ = $0.request()
            $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            $0.awaitClientGone()
        },
        Case(name: "too long in all", kind: .totalTimeout, timeouts: Timeouts(idle: 0, total: 300)) { connection in
            _ = connection.request()
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send("a") {}
        },
        Case(
            name: "reset before the request was read", kind: .sendFailed, sent: false,
            body: Array(repeating: 1, count: 32 << 20)
        ) {
            _ = $0.readSome()
            $0.reset()
        },
    ]

    @Test(arguments: cases)
    func faults(_ fault: Case) async throws {
        let server = try RawServer(fault.script)
        defer { server.stop() }
        let lane = try Lane()
        let error = await lane.failure(
            ExchangeRequest(url: server.url, body: fault.body, timeouts: fault.timeouts, limits: fault.limits))
        #expect(error?.kind == fault.kind)
        #expect(error?.requestSent == fault.sent)
        // The lane is none the worse.
        #expect(lane.running == 0)
        await lane.close()
    }

    @Test func aHandshakeThatIsNeverAnswered() async throws {
        let server = try RawServer { $0.awaitClientGone() }
        defer { server.stop() }
        let lane = try Lane()
        let url = server.url.replacing("http:", with: "https:")
        let error = await lane.failure(ExchangeRequest(url: url, timeouts: Timeouts(connect: 60)))
        #expect(error?.kind == .connectTimeout)
        #expect(error?.requestSent == false)
        await lane.close()
    }

    @Test func aRefusedPort() async throws {
        let server = try RawServer { _ in }
        let url = server.url
        server.stop()
        let lane = try Lane()
        // The listener is shut down, not yet closed: Linux refuses the connection.
        #expect(
            await lane.failure(ExchangeRequest(url: url))
                == TransportError(.connect, requestSent: false, label: "Couldn't connect to server"))
        #expect(await lane.failure(ExchangeRequest(url: "http://nowhere.invalid/"))?.kind == .resolve)
        await lane.close()
    }

    @Test func aRedirectIsAnAnswer() async throws {
        let server = try RawServer { connection in
            while connection.request() != nil {
                connection.answer("", status: "302 Found", headers: "Location: http://127.0.0.1:1/\r\n")
            }
        }
        defer { server.stop() }
        let lane = try Lane()
        let (head, _) = try await lane.fetch(ExchangeRequest(method: "GET", url: server.url), maximumBytes: 10)
        #expect(head.status == 302)
        #expect(server.accepted == 1)
        await lane.close()
    }

    @Test(arguments: [
        "file:///etc/passwd", "FILE:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "127.0.0.1/x", "",
        "http://",
        "http:///x", "http://:80/", "http://a b/", "http://a/\r\nHost: b", "http://a/\n", "http://user:pw@a/",
        "http://a\\@b/",
        "http://a/ü", "http://a/\u{0}", "http://[::1/", "http://a:99999/",
    ])
    func urlsThatAreNotSent(_ url: String) async throws {
        let lane = try Lane()
        let error = await lane.failure(ExchangeRequest(url: url))
        #expect(error?.kind == .badURL)
        #expect(error?.requestSent == false)
        await lane.close()
    }

    @Test func anEndlessURLIsNotSent() async throws {
        let lane = try Lane()
        let url = "http://" + String(repeating: "a", count: 9_000)
        #expect(await lane.failure(ExchangeRequest(url: url))?.kind == .badURL)
        await lane.close()
    }

    @Test(arguments: [
        ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\u{0}b"), ("X\r\nY", "a"), ("X Y", "a"), ("", "a"), ("X:", "a"),
        ("Xé", "a"),
        ("Content-Length", "5"), ("transfer-encoding", "chunked"),
    ])
    func headersThatAreNotSent(_ name: String, _ value: String) async throws {
        let server = try RawServer { _ in }
        defer { server.stop() }
        let lane = try Lane()
        let error = await lane.failure(ExchangeRequest(url: server.url, headers: [(name, value)]))
        #expect(error == TransportError(.badRequest, requestSent: false, label: "header"))
        #expect(
            await lane.failure(ExchangeRequest(method: "GET /x HTTP/1.1\r\n", url: server.url))?.kind == .badRequest)
        #expect(server.accepted == 0)
        await lane.close()
    }
}
