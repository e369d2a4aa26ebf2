import Generators
import JSON
import Testing

@testable import Prompting

/// Compatible is a promise: no value that the first of two generated schemas accepts is refused by the second.
@Suite struct CompatibilityPropertyTests {
    private struct Tally {
        var pairs = 0
        var compatible = 0
        var shown = 0
        var certain = 0
        var certainShown = 0
        var accepted = 0
    }

    /// A quarter of them already goes all the ways there are; what is answered to the others, the plain run looks at.
    static let seeds: [Range<UInt64>] = (0..<(isSanitized ? 2 : 8)).map { $0 * 750..<($0 + 1) * 750 }

    @Test(arguments: seeds)
    func compatibleIsAPromise(_ seeds: Range<UInt64>) async throws {
        let tally = try await OwnThread.run {
            var tally = Tally()
            for seed in seeds { try check(seed, &tally) }
            return tally
        }
        let figures = Comment(rawValue: "\(tally)")
        // The values bite, and the report is no refusal of everything.
        #expect(tally.pairs > 500 && tally.accepted > 3_000, figures)
        #expect(tally.compatible * 4 > tally.pairs, figures)
        #expect(tally.shown * 2 > tally.pairs - tally.compatible, figures)
        #expect(tally.certainShown * 10 > tally.certain * 6, figures)
    }

    private func check(_ seed: UInt64, _ tally: inout Tally) throws {
        var generator = SchemaGenerator(seed: seed)
        let old = generator.document()
        var new = generator.chance(85) ? generator.changed(old) : generator.document()
        if generator.chance(30) { new = generator.changed(new) }
        guard let wide = try? JSONSchema(compiling: Array(old.text.utf8)),
            let narrow = try? JSONSchema(compiling: Array(new.text.utf8))
        else { return }
        let found = try SchemaCompatibility.findings(
            accepted: JSONDocument(old.text).root, by: JSONDocument(new.text).root)
        tally.pairs += 1
        tally.compatible += found.isEmpty ? 1 : 0
        let isCertain = found.contains { $0.isCertain }
        tally.certain += isCertain ? 1 : 0
        for round in 0..<40 {
            // Of either schema: what the new one says is where the two differ.
            let value = generator.value(of: round % 4 == 3 ? new : old, in: round % 4 == 3 ? new : old)
            let tape = JSONTape(try JSONDocument(value.text).root)
            guard wide.accepts(tape) else { continue }
            tally.accepted += 1
            guard !narrow.accepts(tape) else { continue }
            #expect(!found.isEmpty, "seed \(seed): \(old.text) -> \(new.text): \(value.text)")
            tally.shown += 1
            tally.certainShown += isCertain ? 1 : 0
            return
        }
    }
}
