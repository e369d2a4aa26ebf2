import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(1)))
struct CancellationTests {
    /// Says when a client has left.
    private func hanging(_ opening: String = "") throws -> (
        RawServer, arrived: AsyncStream<Void>, left: AsyncStream<Void>
    ) {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let (left, leaving) = AsyncStream.makeStream(of: Void.self)
        let server = try RawServer { connection in
            guard connection.request() != nil else { return }
            if !opening.isEmpty { connection.send(opening) }
            arrival.yield()
            connection.awaitClientGone()
            leaving.yield()
        }
        return (server, arrived, left)
    }

    @Test func beforeTheHead() async throws {
        let (server, arrived, left) = try hanging()
        defer { server.stop() }
        let lane = try Lane()
        let exchange = lane.start(ExchangeRequest(url: server.url, body: [1]))
        for await _ in arrived { break }
        exchange.cancel()
        exchange.cancel()
        await #expect(throws: TransportError(.cancelled, requestSent: true)) { try await exchange.head() }
        await #expect(throws: TransportError(.cancelled, requestSent: true)) { try await exchange.next() }
        for await _ in left { break }
        #expect(exchange.facts?.bodyBytesOut == 1)
        await lane.close()
    }

    @Test func inTheMiddle() async throws {
        let (server, _, left) = try hanging("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        defer { server.stop() }
        let lane = try Lane()
        let exchange = lane.start(ExchangeRequest(url: server.url, body: [1]))
        #expect(try await exchange.next() == Array("abc".utf8))
        exchange.cancel()
        await #expect(throws: TransportError(.cancelled, requestSent: true)) { try await exchange.next() }
        for await _ in left { break }
        await lane.close()
    }

    @Test func byItsTask() async throws {
        let (server, arrived, left) = try hanging()
        defer { server.stop() }
        let lane = try Lane()
        let url = server.url
        let task = Task { await lane.failure(ExchangeRequest(url: url, body: [1])) }
        for await _ in arrived { break }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        for await _ in left { break }
        await lane.close()
    }

    /// The handle still has the counters of the exchange before, whose body was larger.
    @Test func beforeAnythingWasSent() async throws {
        let server = try RawServer { connection in
            while connection.request() != nil { connection.answer("{}") }
        }
        defer { server.stop() }
        let lane = try Lane()
        for _ in 0..<50 {
            _ = try await lane.fetch(ExchangeRequest(url: server.url, body: [1, 2, 3]), maximumBytes: 100)
            let exchange = lane.start(ExchangeRequest(url: server.url, body: [1]))
            exchange.cancel()
            do throws(TransportError) {
                _ = try await exchange.head()
            } catch {
                let facts = try #require(exchange.facts)
                #expect(!error.requestSent || facts.sends > 0)
                #expect(facts.bodyBytesOut == 0 || facts.sends > 0)
            }
        }
        await lane.close()
    }

    @Test func byATaskThatNeverWaited() async throws {
        let (server, _, _) = try hanging()
        defer { server.stop() }
        let lane = try Lane()
        let url = server.url
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await lane.failure(ExchangeRequest(url: url, body: [1]))
        }
        #expect(await task.value?.kind == .cancelled)
        await lane.close()
    }

    @Test func byLettingGo() async throws {
        let (server, arrived, left) = try hanging("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        defer { server.stop() }
        let lane = try Lane()
        var exchange: Exchange? = lane.start(ExchangeRequest(url: server.url, body: [1]))
        for await _ in arrived { break }
        _ = try await exchange?.head()
        exchange = nil
        for await _ in left { break }
        await lane.close()
    }

    @Test func afterTheEndNothingHappens() async throws {
        let server = try RawServer { connection in
            while connection.request() != nil { connection.answer("ok") }
        }
        defer { server.stop() }
        let lane = try Lane()
        for _ in 0..<2 {
            let exchange = lane.start(ExchangeRequest(url: server.url, body: [1]))
            while try await exchange.next() != nil {}
            exchange.cancel()
        }
        #expect(server.accepted == 1)
        await lane.close()
    }
}
