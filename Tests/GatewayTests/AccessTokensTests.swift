import Domain
import NIOConcurrencyHelpers
import Protocols
import Testing

@testable import Gateway

/// On one actor, as the gateway has one a loop. Time stands still but for what a test says.
@MainActor @Suite(.timeLimit(.minutes(1))) struct AccessTokensTests {
    /// An endpoint whose answers wait for a test, and are counted.
    @MainActor final class Endpoint {
        var asked = 0
        private var pending: [CheckedContinuation<Result<GoogleAccessToken, GatewayError>, Never>] = []

        func ask() async throws(GatewayError) -> GoogleAccessToken {
            asked += 1
            return try await withCheckedContinuation { pending.append($0) }.get()
        }

        /// Answers what was asked first, or what was asked last.
        func answer(_ result: Result<GoogleAccessToken, GatewayError>, last: Bool = false) async {
            while pending.isEmpty { await Task.yield() }
            (last ? pending.removeLast() : pending.removeFirst()).resume(returning: result)
        }
    }

    private let clock = NIOLockedValueBox<Int64>(1_000_000)
    private let endpoint = Endpoint()
    private let tokens: AccessTokens
    private let name = AccessTokens.Name(keyID: "key_1", secret: Digest([1]))
    private let refusal = GatewayError(.noUsableKey, "refused")

    init() {
        let clock = clock
        tokens = AccessTokens(capacity: 3) { clock.withLockedValue { $0 } }
    }

    private func pass(_ milliseconds: Int64) { clock.withLockedValue { $0 += milliseconds } }

    private func token(_ text: String, seconds: Int64 = 3_600) throws -> Result<GoogleAccessToken, GatewayError> {
        let body = Array(#"{"access_token":"\#(text)","expires_in":\#(seconds)}"#.utf8)
        let now = Timestamp(milliseconds: clock.withLockedValue { $0 })
        return .success(try GoogleAccessToken(status: 200, body: body, at: now))
    }

    private func get(_ name: AccessTokens.Name? = nil) async throws(GatewayError) -> String {
        try await tokens.token(for: name ?? self.name) { () async throws(GatewayError) in try await endpoint.ask() }
    }

    /// What is got while the endpoint answers once.
    private func get(
        _ name: AccessTokens.Name? = nil, answering answer: Result<GoogleAccessToken, GatewayError>
    ) async throws -> String {
        async let got = get(name)
        await endpoint.answer(answer)
        return try await got
    }

    @Test func manyWaitForOneToken() async throws {
        let got = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await get() } }
            while endpoint.asked == 0 { await Task.yield() }
            await endpoint.answer(try token("one"))
            var got: [String] = []
            for try await token in group { got.append(token) }
            return got
        }
        #expect(got == Array(repeating: "one", count: 20))
        #expect(try await get() == "one")
        #expect(endpoint.asked == 1)
    }

    @Test func aTokenIsRenewedFiveMinutesBeforeItsEndWhileOthersUseIt() async throws {
        #expect(try await get(answering: try token("one")) == "one")
        pass(3_300_000 - 1)
        #expect(try await get() == "one" && endpoint.asked == 1)
        pass(1)
        async let renewed = get()
        while endpoint.asked < 2 { await Task.yield() }
        #expect(try await get() == "one", "the old one lasts still")
        await endpoint.answer(try token("two"))
        #expect(try await renewed == "two")
        #expect(try await get() == "two" && endpoint.asked == 2)
    }

    @Test func aShortTokenIsRenewedAtHalfItsLife() async throws {
        #expect(try await get(answering: try token("one", seconds: 60)) == "one")
        pass(29_999)
        #expect(try await get() == "one" && endpoint.asked == 1)
        pass(1)
        #expect(try await get(answering: try token("two")) == "two")
    }

    @Test func anEarlyRenewalThatFailsLeavesTheOldToken() async throws {
        #expect(try await get(answering: try token("one")) == "one")
        pass(3_400_000)
        #expect(try await get(answering: .failure(refusal)) == "one")
        #expect(try await get() == "one" && endpoint.asked == 2, "not again at once")
        pass(1_000)
        #expect(try await get(answering: try token("two")) == "two")
    }

    @Test func aFailureIsToldToAllWhoWaitAndForASecondAfter() async throws {
        let failures = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do throws(GatewayError) {
                        return try await get().isEmpty
                    } catch {
                        return error.message == "refused"
                    }
                }
            }
            while endpoint.asked == 0 { await Task.yield() }
            await endpoint.answer(.failure(refusal))
            var failures = 0
            for await isTold in group where isTold { failures += 1 }
            return failures
        }
        #expect(failures == 5)
        pass(999)
        await #expect(throws: GatewayError.self) { try await get() }
        #expect(endpoint.asked == 1)
        pass(1)
        #expect(try await get(answering: try token("one")) == "one")
    }

    @Test func aFailureDoesNotOutliveAClockThatIsSetBack() async throws {
        await #expect(throws: GatewayError.self) { try await get(answering: .failure(refusal)) }
        pass(-500_000)
        #expect(try await get(answering: try token("one")) == "one")
    }

    @Test func aRefusedTokenIsReplacedOnceForAllWhoHadIt() async throws {
        #expect(try await get(answering: try token("one")) == "one")
        #expect(tokens.refuse("one", of: name))
        #expect(tokens.refuse("one", of: name), "another run had it too")
        #expect(try await get(answering: try token("two")) == "two")
        #expect(tokens.refuse("one", of: name))
        #expect(try await get() == "two")
        #expect(!tokens.refuse("two", of: name), "all are refused")
        #expect(try await get() == "two" && endpoint.asked == 2)
        pass(10_000)
        #expect(tokens.refuse("two", of: name))
        #expect(try await get(answering: try token("three")) == "three")
    }

    @Test func keysAndSecretsHaveTheirOwnTokensWithinABound() async throws {
        for byte in 0..<10 as Range<UInt8> {
            let name = AccessTokens.Name(keyID: "key_1", secret: Digest([byte]))
            #expect(try await get(name, answering: try token("\(byte)")) == "\(byte)")
            #expect(try await get(name) == "\(byte)")
            pass(1)
        }
        #expect(tokens.count == 3 && endpoint.asked == 10)
        #expect(try await get(AccessTokens.Name(keyID: "key_1", secret: Digest([9]))) == "9")
        #expect(try await get(AccessTokens.Name(keyID: "key_1", secret: Digest([0])), answering: try token("x")) == "x")
    }

    @Test func whatIsBeingRenewedIsNotLetGoOf() async throws {
        async let slow = get()
        while endpoint.asked == 0 { await Task.yield() }
        pass(1)
        for byte in 10..<15 as Range<UInt8> {
            let name = AccessTokens.Name(keyID: "key_2", secret: Digest([byte]))
            async let got = get(name)
            while endpoint.asked < Int(byte) - 8 { await Task.yield() }
            await endpoint.answer(try token("\(byte)"), last: true)
            #expect(try await got == "\(byte)")
        }
        await endpoint.answer(try token("slow"))
        #expect(try await slow == "slow")
        #expect(try await get() == "slow")
    }
}

extension Digest {
    /// Of a test: these bytes, then zeros.
    fileprivate init(_ bytes: [UInt8]) {
        let whole = bytes + [UInt8](repeating: 0, count: 32 - bytes.count)
        guard let digest = whole.withUnsafeBytes({ Digest($0) }) else { preconditionFailure("32 bytes") }
        self = digest
    }
}
