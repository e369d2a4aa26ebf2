import Domain
import Testing

@testable import Gateway

/// Who waits for a run under its key is resumed once, whoever comes first: its end, the client that leaves, or the drain.
@Suite(.timeLimit(.minutes(1))) struct KeyedRunsTests {
    private let runs = KeyedRuns()
    private let first = RunID(high: 0, low: 1)

    private func key(_ name: UInt8 = 1, request: UInt8 = 1) throws -> RunKey {
        func digest(_ byte: UInt8) -> Digest? { [UInt8](repeating: byte, count: 32).withUnsafeBytes { Digest($0) } }
        return RunKey(tokenID: "tok_1", key: try #require(digest(name)), request: try #require(digest(request)))
    }

    private func untilWaiting(_ count: Int) async { while runs.waiters != count { await Task.yield() } }

    private let response = KeptResponse(status: 200, isStreamed: false, headers: [], body: [1, 2, 3])

    @Test func theFirstHasTheKeyUntilItEnds() throws {
        let key = try key()
        #expect(runs.enter(key, first) == .first)
        #expect(runs.enter(key, RunID(high: 0, low: 2)) == .underWay(first))
        #expect(runs.enter(try self.key(request: 2), RunID(high: 0, low: 2)) == .conflict(first))
        #expect(runs.enter(try self.key(2), RunID(high: 0, low: 2)) == .first)
        runs.end(key.name, RunID(high: 0, low: 9), nil)
        #expect(runs.enter(key, RunID(high: 0, low: 3)) == .underWay(first), "ended by another's run")
        runs.end(key.name, first, nil)
        runs.end(key.name, first, nil)
        #expect(runs.enter(key, RunID(high: 0, low: 3)) == .first)
    }

    @Test func allWhoWaitGetTheResponse() async throws {
        let key = try key()
        #expect(runs.enter(key, first) == .first)
        let outcomes = await withTaskGroup(of: KeyedRuns.Outcome.self) { group in
            for number in 2...20 as ClosedRange<UInt64> {
                group.addTask { await runs.wait(RunID(high: 0, low: number), for: first, key.name) }
            }
            await untilWaiting(19)
            runs.end(key.name, first, response)
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: .ended(response), count: 19))
        #expect(await runs.wait(RunID(high: 0, low: 30), for: first, key.name) == .ended(nil), "too late to wait")
    }

    @Test func oneThatGivesUpLeavesTheOthersWaiting() async throws {
        let key = try key()
        #expect(runs.enter(key, first) == .first)
        async let patient = runs.wait(RunID(high: 0, low: 2), for: first, key.name)
        async let leaving = runs.wait(RunID(high: 0, low: 3), for: first, key.name)
        await untilWaiting(2)
        runs.stopWaiting(RunID(high: 0, low: 3), key.name)
        runs.stopWaiting(RunID(high: 0, low: 3), key.name)
        #expect(await leaving == .gaveUp)
        #expect(runs.waiters == 1)
        runs.end(key.name, first, nil)
        #expect(await patient == .ended(nil))
    }

    @Test func aCancelledOneGivesUpWheneverThatComes() async throws {
        let key = try key()
        #expect(runs.enter(key, first) == .first)
        for number in 2...200 as ClosedRange<UInt64> {
            let waiting = Task { await runs.wait(RunID(high: 0, low: number), for: first, key.name) }
            if number.isMultiple(of: 2) { await untilWaiting(1) }
            waiting.cancel()
            #expect(await waiting.value == .gaveUp)
        }
        #expect(runs.waiters == 0)
    }
}
