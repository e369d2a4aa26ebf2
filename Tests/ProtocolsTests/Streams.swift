import Generators
import Testing

@testable import Protocols

/// What tests of all protocols share: a stream cut in pieces, read, and written anew.
enum Streams {
    static func events(of stream: [UInt8], cutAt cuts: [Int]) throws -> [ServerSentEvent] {
        var parser = SSEParser()
        var events: [ServerSentEvent] = []
        var start = 0
        for cut in cuts + [stream.count] {
            parser.append(Array(stream[start..<cut]))
            start = cut
            while let event = try parser.next() { events.append(event) }
        }
        while let event = try parser.finish() { events.append(event) }
        return events
    }

    struct Outcome: Equatable {
        var choices: [AssembledAnswer]
        var written: [UInt8]
        var outputByteCount: Int
    }

    /// What a stream comes to, however it is cut.
    static func outcome(
        _ stream: [UInt8], cutAt cuts: [Int] = [], _ reader: any AnswerReader, _ writer: any AnswerWriter
    ) throws -> Outcome {
        var reader = reader
        var writer = writer
        var assembly = AnswerAssembly()
        var written: [UInt8] = []
        for event in try events(of: stream, cutAt: cuts) {
            let step = try reader.read(event)
            assembly.add(step)
            written += try writer.write(step)
        }
        return Outcome(
            choices: assembly.choices, written: written, outputByteCount: reader.tally.outputByteCount)
    }

    /// Every split into two, and a thousand into many.
    static func splits(of count: Int, seed: UInt64) -> [[Int]] {
        var generator = SeededGenerator(seed: seed)
        let pairs = (0...count).map { [$0] }
        let many = (0..<1_000).map { _ in
            (0..<Int.random(in: 2...12, using: &generator)).map { _ in Int.random(in: 0...count, using: &generator) }
                .sorted()
        }
        return pairs + many
    }

    /// Every split gives the same events; and what is made of them, which the events alone decide, is checked for some.
    static func requireSameHoweverCut(
        _ stream: [UInt8], _ make: () -> (any AnswerReader, any AnswerWriter)
    ) throws {
        let events = try events(of: stream, cutAt: [])
        let whole = try outcome(stream, make().0, make().1)
        for (number, cuts) in splits(of: stream.count, seed: 6).enumerated() {
            let cut = try Self.events(of: stream, cutAt: cuts)
            try #require(cut == events, "cut at \(cuts)")
            if number % 50 == 0 {
                try #require(outcome(stream, cutAt: cuts, make().0, make().1) == whole, "cut at \(cuts)")
            }
        }
    }

    static func opening(from origin: WireProtocol) -> AnswerOpening {
        AnswerOpening(id: "run_1", model: "asked", created: 7, origin: origin)
    }
}
