import Testing

@testable import Protocols

@Suite struct CallPairingTests {
    private static func pairing() -> CallPairing {
        var pairing = CallPairing()
        for (id, name) in [("a", "f"), ("b", "f"), ("c", "g"), ("a", "f")] {
            pairing.add(id: JSONText(id), name: JSONText(name))
        }
        return pairing
    }

    @Test func namesMeanTheFirstOpenCall() {
        var pairing = Self.pairing()
        let f = JSONText("f")
        #expect(pairing.answer(id: JSONText("b"), name: f) == 1)
        #expect((0..<3).map { _ in pairing.answer(id: nil, name: f) } == [0, 3, nil])
        #expect(pairing.answer(id: JSONText("z"), name: JSONText("g")) == 2)
        #expect(pairing.answer(id: nil, name: nil) == nil)
    }

    /// Some use an id again in the next turn; a result that is said twice is of the same call.
    @Test func idsMeanTheFirstOpenCallAndThenTheLast() {
        var pairing = Self.pairing()
        #expect((0..<3).map { _ in pairing.answer(id: JSONText("a"), name: nil) } == [0, 3, 3])
        #expect(pairing.answer(id: nil, name: JSONText("f")) == 1)
    }
}
