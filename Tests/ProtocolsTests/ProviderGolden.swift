import Domain
import Generators
import JSON
import Testing

@testable import Protocols

/// An answer as its provider gives it, streamed and whole, beside what it says: of providers whose protocol no client
/// speaks.
struct ProviderGolden: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let provider: String
    let stream: [UInt8]
    /// Nil where there is no such answer.
    var whole: String?
    var items: [AssembledAnswer.Item] = []
    var finish: FinishReason?
    var usage: Usage?
    var id: String?
    /// What is wrong, where the answer says so.
    var error: ProviderFailure.Kind?
    /// Whether the stream says that it is over.
    var isDone = true

    static func text(_ text: String, _ citations: [Citation] = []) -> AssembledAnswer.Item {
        .text(Array(text.utf8), citations)
    }

    static func call(_ id: String, _ name: String, _ arguments: String) -> AssembledAnswer.Item {
        .call(
            AssembledAnswer.Call(
                head: CallHead(id: JSONText(id), name: JSONText(name)), arguments: Array(arguments.utf8)))
    }

    struct Outcome: Equatable {
        var choices: [AssembledAnswer] = []
        var finish: FinishReason?
        var usage: Usage?
        var id: String?
        var isDone = false
        var errors: [ProviderFailure] = []
        var chat: [UInt8] = []
        var anthropic: [UInt8] = []
    }

    var dialect: ProviderDialect { .named(provider) }
    var origin: WireProtocol { dialect.wire }

    /// What the stream comes to, in the pieces that it came in.
    func outcome(_ pieces: [ArraySlice<UInt8>]) throws -> Outcome {
        let opening = AnswerOpening(id: "run_1", model: "asked", created: 7, origin: origin)
        var parser = dialect.streamParser(maximumEventSize: 100_000)
        var reader = dialect.reader()
        var assembly = AnswerAssembly()
        var chat = ChatAnswerWriter(opening)
        var anthropic = AnthropicAnswerWriter(opening)
        var outcome = Outcome()
        func take(_ event: ServerSentEvent) throws {
            let step = try reader.read(event)
            assembly.add(step)
            if let error = step.error { outcome.errors.append(.classify(error: error, dialect: dialect)) }
            outcome.chat += chat.write(step)
            outcome.anthropic += try anthropic.write(step)
        }
        for piece in pieces {
            parser.append(Array(piece))
            while let event = try parser.next() { try take(event) }
        }
        while let event = try parser.finish() { try take(event) }
        let ending = AnswerEnding(
            opening, reader.tally, finishReason: reader.tally.finishReason, usage: reader.tally.usage?.usage ?? Usage(),
            cost: "1")
        outcome.chat += chat.end(ending)
        outcome.anthropic += anthropic.end(ending)
        outcome.choices = assembly.choices
        outcome.finish = reader.tally.finishReason
        outcome.usage = reader.tally.usage?.usage
        outcome.id = reader.tally.id
        outcome.isDone = reader.tally.isDone
        return outcome
    }

    func requireStreamSaysSo() throws {
        let outcome = try outcome([stream[...]])
        #expect((outcome.choices.first ?? AssembledAnswer()).items == items)
        #expect(outcome.finish == finish && outcome.usage == usage && outcome.id == id && outcome.isDone == isDone)
        #expect(outcome.errors.map(\.kind) == [error].compactMap(\.self))
    }

    func requireWholeSaysSo() throws {
        var reader = dialect.reader()
        var assembly = AnswerAssembly()
        let step = try reader.read(whole: Array(try #require(whole).utf8))
        assembly.add(step)
        #expect(step.isAnswer == (error == nil))
        #expect(assembly.first.items == items)
        #expect(reader.tally.finishReason == finish && reader.tally.usage?.usage == usage && reader.tally.id == id)
        #expect(step.error.map { ProviderFailure.classify(error: $0, dialect: dialect).kind } == error)
    }

    /// What a client of chat completions reads in what is written for it.
    func requireChatSaysSo() throws {
        let written = try outcome([stream[...]]).chat
        var reader = ChatAnswerReader(dialect: .named("openai"))
        var assembly = AnswerAssembly()
        for event in try Streams.events(of: written, cutAt: []) { assembly.add(try reader.read(event)) }
        var said = AssembledAnswer()
        for case .text(let text, _) in items { said.add(.text(.utf8(text))) }
        #expect((assembly.first.text ?? []) == (said.text ?? []))
        #expect(assembly.first.toolCalls.map(\.head) == calls.map(\.head))
        #expect(assembly.first.toolCalls.map(\.argumentsJSON) == calls.map(\.argumentsJSON))
        #expect(reader.tally.finishReason?.chatName == (finish ?? .stop).chatName)
        #expect(reader.tally.usage?.usage.outputTotal == (usage ?? Usage()).outputTotal)
        #expect(reader.tally.usage?.usage.inputTotal == (usage ?? Usage()).inputTotal)
    }

    private var calls: [AssembledAnswer.Call] {
        items.compactMap { if case .call(let call) = $0 { call } else { nil } }
    }

    /// Every split into two, and a thousand into many.
    func requireSameHoweverCut() throws {
        let uncut = try outcome([stream[...]])
        for cuts in Streams.splits(of: stream.count, seed: 6) {
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            for cut in cuts + [stream.count] {
                pieces.append(stream[start..<cut])
                start = cut
            }
            try #require(outcome(pieces) == uncut, "cut at \(cuts)")
        }
    }
}
