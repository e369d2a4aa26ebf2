import Domain
import JSON
import Prompting
import Security
import Testing

@testable import Gateway

@Suite struct PlanCacheTests {
    private func plan(_ text: String) throws -> Plan {
        let document = """
            {"provider":"simulated","model":"m","messages":[{"role":"system","content":"\(text)"}]}
            """
        return try Plan(decoding: try VersionDocument.canonical(from: try JSONDocument(document)))
    }

    @Test func staysWithinItsBytesAndForgetsTheLeastUsed() throws {
        let cost = try plan("a").byteCost
        var cache = PlanCache(maximumBytes: cost * 8)
        let kept = sha256("kept")
        cache.insert(try plan("a"), under: kept)
        for number in 0..<100 {
            cache.insert(try plan("a"), under: sha256("\(number)"))
            #expect(cache[kept] != nil)
            #expect(cache.bytes <= cost * 8)
        }
        #expect(cache[sha256("0")] == nil && cache[sha256("99")] != nil)
    }

    @Test func aPlanLargerThanTheCacheIsKeptAlone() throws {
        var cache = PlanCache(maximumBytes: 10)
        let cost = try plan("a").byteCost
        for name in ["a", "b"] {
            cache.insert(try plan("a"), under: sha256(name))
            #expect(cache[sha256(name)] != nil && cache.bytes == cost)
        }
        #expect(cache[sha256("a")] == nil)
    }

    @Test func theSamePlanAgainCountsOnce() throws {
        let cost = try plan("a").byteCost
        var cache = PlanCache(maximumBytes: cost * 4)
        for _ in 0..<3 { cache.insert(try plan("a"), under: sha256("a")) }
        #expect(cache.bytes == cost)
    }
}
