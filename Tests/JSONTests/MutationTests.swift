import Testing

@testable import JSON

/// Texts one to three bytes away from valid: each is refused and located, or accepted and then walks like any other.
@Suite struct MutationTests {
    static let text =
        #"{"a":[1,-2.5e3,true,null],"b\u00e9\ud83d\ude00":{"c":"x\\y\"z é€😀","d":{}},"e":[[],[{"f":""}]]}"#

    @Test(arguments: 0..<50)
    func survives(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        for _ in 0..<200 {
            var bytes = Array(Self.text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes[index] = Array(#"{}[]",:\ud80"#.utf8).randomElement(using: &random) ?? 0
                case 2: bytes.remove(at: index)
                case _: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: index)
                }
            }
            check(bytes)
        }
    }

    private func check(_ bytes: [UInt8]) {
        do throws(JSONFault) {
            let root = try JSONDocument(bytes).root
            let canonical = try canonicalJSON(root)
            #expect(try canonicalJSON(JSONDocument(canonical).root) == canonical)
        } catch {
            #expect(error.offset != nil || error.reason == .invalidNumber, "\(bytes)")
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
