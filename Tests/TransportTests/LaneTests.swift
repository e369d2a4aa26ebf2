import Testing

@testable import Transport

extension Lane {
    func failure(_ request: ExchangeRequest) async -> TransportError? {
        do throws(TransportError) {
            _ = try await fetch(request, maximumBytes: 1 << 30)
            return nil
        } catch {
            return error
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct LaneTests {
    @Test func aWholeAnswer() async throws {
        let server = try RawServer { connection in
            guard let (head, body) = connection.request() else { return }
            let echoed = head.split(separator: "\r\n").joined(separator: "|")
            connection.answer(echoed + "#" + String(decoding: body, as: UTF8.self), headers: "X-One: 1\r\nx-two:\r\n")
        }
        defer { server.stop() }
        let lane = try Lane()
        let exchange = lane.start(
            ExchangeRequest(
                url: server.url, headers: [("Authorization", "Bearer k"), ("X-Empty", "")], body: Array("{}".utf8)))
        let head = try await exchange.head()
        #expect(head.status == 200)
        #expect(head["x-ONE"] == "1")
        #expect(head["X-Two"] == "")
        #expect(head["X-Three"] == nil)
        var body: [UInt8] = []
        while let bytes = try await exchange.next() { body += bytes }
        let said = String(decoding: body, as: UTF8.self)
        #expect(
            said
                == "POST /v1/x HTTP/1.1|Host: 127.0.0.1:\(server.port)|Authorization: Bearer k|X-Empty:|Content-Length: 2#{}"
        )
        let facts = try #require(exchange.facts)
        #expect(facts.bodyBytesIn == body.count)
        #expect(facts.bodyBytesOut == 2)
        #expect(facts.uploadFinished)
        #expect(!facts.connectionReused)
        #expect(facts.sends == 1)
        #expect(facts.firstByteMicroseconds != nil)
        #expect(try await exchange.next() == nil)
        await lane.close()
    }

    @Test(arguments: ["GET", "DELETE", "HEAD", "PUT", "PATCH", "POST"])
    func methods(_ method: String) async throws {
        let server = try RawServer { connection in
            while let (head, body) = connection.request() {
                connection.answer(
                    method == "HEAD" ? "" : "\(body.count)",
                    headers: "X-Line: \(head.prefix(while: { $0 != "\r\n" }))\r\n")
            }
        }
        defer { server.stop() }
        let lane = try Lane()
        for body in [nil, Array("abc".utf8)] where body == nil || method.hasPrefix("P") {
            let (head, answer) = try await lane.fetch(
                ExchangeRequest(method: method, url: server.url, body: body), maximumBytes: 100)
            #expect(head["x-line"] == "\(method) /v1/x HTTP/1.1")
            #expect(String(decoding: answer, as: UTF8.self) == (method == "HEAD" ? "" : "\(body?.count ?? 0)"))
        }
        await lane.close()
    }

    @Test func aReusedHandleForgetsTheLastRequest() async throws {
        let server = try RawServer { connection in
            while let (head, body) = connection.request() {
                let line = head.prefix { $0 != "\r\n" }
                let marked = head.contains("X-Mark") ? "marked" : "plain"
                connection.answer(
                    line.hasPrefix("HEAD") ? "" : "ok",
                    headers: "X-Saw: \(line.prefix { $0 != " " }) \(body.count) \(marked)\r\n")
            }
        }
        defer { server.stop() }
        let lane = try Lane()
        let large = [UInt8](repeating: 1, count: 100_000)
        for (method, body) in [
            ("POST", large), ("GET", nil), ("DELETE", nil), ("POST", [1, 2]), ("HEAD", nil), ("PUT", [1]), ("GET", nil),
        ]
            as [(String, [UInt8]?)]
        {
            let headers = body == nil ? [] : [("X-Mark", "1")]
            let (head, _) = try await lane.fetch(
                ExchangeRequest(method: method, url: server.url, headers: headers, body: body), maximumBytes: 10)
            #expect(head["x-saw"] == "\(method) \(body?.count ?? 0) \(body == nil ? "plain" : "marked")")
        }
        #expect(server.accepted == 1)
        await lane.close()
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 3_000_000])
    func bodiesArriveWhole(_ count: Int) async throws {
        let server = try RawServer { connection in
            while let (_, body) = connection.request() {
                connection.answer("\(body.count) \(body.reduce(0) { ($0 &* 31) &+ Int($1) })")
            }
        }
        defer { server.stop() }
        let lane = try Lane()
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let expected = "\(body.count) \(body.reduce(0) { ($0 &* 31) &+ Int($1) })"
        for reused in [false, true] {
            let exchange = lane.start(ExchangeRequest(url: server.url, body: body))
            var answer: [UInt8] = []
            while let bytes = try await exchange.next() { answer += bytes }
            #expect(String(decoding: answer, as: UTF8.self) == expected)
            #expect(exchange.facts?.bodyBytesOut == count)
            #expect(exchange.facts?.uploadFinished == true)
            #expect(exchange.facts?.connectionReused == reused)
        }
        #expect(server.accepted == 1)
        await lane.close()
    }

    @Test func aStreamComesAsItIsSent() async throws {
        let gate = Gate()
        let server = try RawServer { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for index in 0..<20 {
                gate.wait()
                connection.send("2\r\n\(index + 10)\r\n")
            }
            connection.send("0\r\nTrailer: t\r\n\r\n")
        }
        defer { server.stop() }
        let lane = try Lane()
        let exchange = lane.start(ExchangeRequest(url: server.url, body: []))
        let head = try await exchange.head()
        #expect(head.status == 200)
        #expect(head["x"] == nil)
        for index in 0..<20 {
            gate.open()
            #expect(try await exchange.next() == Array("\(index + 10)".utf8))
        }
        #expect(try await exchange.next() == nil)
        await lane.close()
    }

    @Test func connectionsAreKept() async throws {
        let server = try RawServer { connection in
            while connection.request() != nil { connection.answer("ok") }
        }
        defer { server.stop() }
        let lane = try Lane()
        for _ in 0..<50 { _ = try await lane.fetch(ExchangeRequest(url: server.url, body: [1]), maximumBytes: 10) }
        #expect(server.accepted == 1)
        await lane.close()
    }

    @Test func aDeadKeptConnectionIsSeenInTheFacts() async throws {
        let server = try RawServer { connection in
            // The second request on a connection is read and the connection reset: libcurl tries again on a new one.
            guard connection.request() != nil else { return }
            connection.answer("ok")
            if connection.request() != nil { connection.reset() }
        }
        defer { server.stop() }
        let lane = try Lane()
        _ = try await lane.fetch(ExchangeRequest(url: server.url, body: [1]), maximumBytes: 10)
        let second = lane.start(ExchangeRequest(url: server.url, body: [UInt8](repeating: 7, count: 100_000)))
        _ = try await second.head()
        while try await second.next() != nil {}
        #expect(second.facts?.sends == 2)
        #expect(second.facts?.uploadFinished == true)
        #expect(server.accepted == 2)
        await lane.close()
    }

    @Test func aSlowConsumerHoldsTheProviderBack() async throws {
        let total = 64 << 20
        let server = try RawServer { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let block = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<(total >> 20) { guard connection.send(block) else { return } }
        }
        defer { server.stop() }
        let lane = try Lane()
        // The idle deadline passes many times over while we hold the provider back, and must not count.
        let slow = lane.start(ExchangeRequest(url: server.url, body: [], timeouts: Timeouts(idle: 1_000)))
        _ = try await slow.head()
        // Another exchange on the lane that lasts three times as long as the idle deadline measures the time for us.
        let silent = try RawServer { $0.awaitClientGone() }
        defer { silent.stop() }
        #expect(
            await lane.failure(ExchangeRequest(url: silent.url, timeouts: Timeouts(firstByte: 3_000)))?.kind
                == .firstByteTimeout)
        let sentWhilePaused = server.sent
        #expect(sentWhilePaused < 32 << 20)
        var largest = 0
        var received = 0
        while let bytes = try await slow.next() {
            largest = max(largest, bytes.count)
            received += bytes.count
        }
        #expect(received == total)
        #expect(largest <= (64 << 10) + (16 << 10))
        await lane.close()
    }

    @Test func manyAtOnce() async throws {
        let server = try RawServer { connection in
            while let (_, body) = connection.request() {
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<5 {
                    connection.send(
                        "\(String(body.count, radix: 16))\r\n" + String(decoding: body, as: UTF8.self) + "\r\n")
                }
                connection.send("0\r\n\r\n")
            }
        }
        defer { server.stop() }
        let lane = try Lane()
        let url = server.url
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let body = Array(repeating: UInt8(65 + index % 26), count: index + 1)
                    let (head, answer) = try await lane.fetch(
                        ExchangeRequest(url: url, body: body), maximumBytes: 1 << 20)
                    #expect(head.status == 200)
                    #expect(answer == Array(repeating: body, count: 5).flatMap { $0 })
                }
            }
            try await group.waitForAll()
        }
        #expect(lane.running == 0)
        await lane.close()
    }

    @Test func noMoreThanItMayCarry() async throws {
        let server = try RawServer { $0.awaitClientGone() }
        defer { server.stop() }
        let lane = try Lane(configuration: LaneConfiguration(maximumExchanges: 2))
        let running = [lane.start(ExchangeRequest(url: server.url)), lane.start(ExchangeRequest(url: server.url))]
        let refused = lane.start(ExchangeRequest(url: server.url))
        await #expect(throws: TransportError(.overloaded, requestSent: false)) { try await refused.head() }
        for exchange in running {
            exchange.cancel()
            _ = try? await exchange.head()
        }
        // The lane's thread lets go of an exchange after it has told its end.
        while lane.running > 0 { await Task.yield() }
        await lane.close()
    }

    @Test func closing() async throws {
        let server = try RawServer { $0.awaitClientGone() }
        defer { server.stop() }
        let lane = try Lane()
        let running = (0..<20).map { _ in lane.start(ExchangeRequest(url: server.url)) }
        async let first: Void = lane.close()
        async let second: Void = lane.close()
        _ = await (first, second)
        for exchange in running + [lane.start(ExchangeRequest(url: server.url))] {
            do throws(TransportError) {
                _ = try await exchange.head()
                Issue.record("a closed lane answered")
            } catch {
                #expect(error.kind == .closed)
            }
        }
    }

    @Test func aLaneLetGoOfEndsItsExchanges() async throws {
        let server = try RawServer { $0.awaitClientGone() }
        defer { server.stop() }
        let exchange = try Lane().start(ExchangeRequest(url: server.url))
        do throws(TransportError) {
            _ = try await exchange.head()
        } catch {
            #expect(error.kind == .closed)
        }
    }
}
