import Domain
import Generators
import JSON
import Testing

@testable import Protocols

/// However the bytes of a stream are cut, it says the same, and is written the same in other protocols.
@Suite struct GeminiCutsTests {
    struct Outcome: Equatable {
        var choices: [AssembledAnswer] = []
        var chat: [UInt8] = []
        var gemini: [UInt8] = []
        var finish: FinishReason?
        var usage: Usage?
        var errors = 0
    }

    private static func outcome(_ chunks: [ArraySlice<UInt8>]) throws -> Outcome {
        let opening = AnswerOpening(id: "run_1", model: "asked", created: 7, origin: .gemini)
        var parser = SSEParser()
        var reader = GeminiAnswerReader()
        var assembly = AnswerAssembly()
        var chat = ChatAnswerWriter(opening)
        var gemini = GeminiAnswerWriter(opening)
        var outcome = Outcome()
        func take(_ event: ServerSentEvent) throws {
            let step = try reader.read(event)
            assembly.add(step)
            outcome.errors += step.error == nil ? 0 : 1
            outcome.chat += chat.write(step)
            outcome.gemini += try gemini.write(step)
        }
        for chunk in chunks {
            parser.append(Array(chunk))
            while let event = try parser.next() { try take(event) }
        }
        while let event = try parser.finish() { try take(event) }
        let ending = AnswerEnding(
            opening, reader.tally, finishReason: reader.tally.finishReason, usage: reader.tally.usage?.usage ?? Usage(),
            cost: "1")
        outcome.chat += chat.end(ending)
        outcome.gemini += gemini.end(ending)
        outcome.choices = assembly.choices
        outcome.finish = reader.tally.finishReason
        outcome.usage = reader.tally.usage?.usage
        return outcome
    }

    @Test(arguments: GeminiGolden.all)
    func everyCutInTwoSaysTheSame(_ golden: GeminiGolden) throws {
        let bytes = Array(golden.stream.utf8)
        let uncut = try Self.outcome([bytes[...]])
        #expect(uncut.finish == golden.finish && uncut.errors == (golden.error == nil ? 0 : 1))
        for place in bytes.indices {
            let outcome = try Self.outcome([bytes[..<place], bytes[place...]])
            guard outcome == uncut else {
                Issue.record("A cut at \(place) changes what is said.")
                return
            }
        }
    }

    @Test(arguments: GeminiGolden.all)
    func aThousandCutsIntoManySayTheSame(_ golden: GeminiGolden) throws {
        let bytes = Array(golden.stream.utf8)
        let uncut = try Self.outcome([bytes[...]])
        var generator = SeededGenerator(seed: 6)
        for round in 0..<1_000 {
            var chunks: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let chunk = rest.prefix(Int.random(in: 1...200, using: &generator))
                chunks.append(chunk)
                rest = rest.dropFirst(chunk.count)
            }
            guard try Self.outcome(chunks) == uncut else {
                Issue.record("Cuts of round \(round) change what is said.")
                return
            }
        }
    }
}
