import Foundation
import Fuzz
import Generators
import Testing

/// What the fuzzer found once, and what it starts from, is checked in every run of the tests, and a little around it.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.all)
    func holdsForItsCorpus(_ target: FuzzTarget) throws {
        let inputs = try Self.corpus(of: target.name)
        #expect(!inputs.isEmpty)
        for (name, input) in inputs {
            #expect(throws: Never.self, "\(name)") { try target.check(input) }
        }
    }

    @Test(arguments: FuzzTarget.all)
    func holdsAroundItsCorpus(_ target: FuzzTarget) async throws {
        try await OwnThread.run {
            var generator = SeededGenerator(seed: 1)
            for (name, input) in try Self.corpus(of: target.name) {
                for round in 0..<40 {
                    let mutated = Self.mutated(input, using: &generator)
                    #expect(throws: Never.self, "\(name), round \(round)") { try target.check(mutated) }
                }
            }
        }
    }

    private static func corpus(of target: String) throws -> [(name: String, input: [UInt8])] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(components: "..", "Fuzz", "Corpus", target)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { ($0.lastPathComponent, [UInt8](try Data(contentsOf: $0))) }
    }

    /// A few bytes changed, taken out, put in or doubled.
    private static func mutated(_ input: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0 where place < bytes.count: bytes[place] = .random(in: .min ... .max, using: &generator)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place...].prefix(16), at: place)
            case _: bytes.insert(bytes.randomElement(using: &generator) ?? 0, at: place)
            }
        }
        return bytes
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    public var testDescription: String { name }
}
