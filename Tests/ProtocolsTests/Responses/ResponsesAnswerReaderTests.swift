import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ResponsesAnswerReaderTests {
    struct Outcome {
        var items: [String] = []
        var tally = AnswerTally()
        var failure: ProviderFailure.Kind?
    }

    static let opening = AnswerOpening(id: "run_1", model: "m", created: 7, origin: .responses)

    static func outcome(_ stream: [UInt8]) throws -> Outcome {
        var reader = ResponsesAnswerReader(dialect: .named("openai"))
        var assembly = AnswerAssembly()
        var outcome = Outcome()
        for event in try Streams.events(of: stream, cutAt: []) {
            let step = try reader.read(event)
            assembly.add(step)
            if let error = step.error, outcome.failure == nil {
                outcome.failure = ProviderFailure.classify(error: error, dialect: .named("openai")).kind
            }
        }
        outcome.items = ResponsesAnswerText.lines(assembly.first)
        outcome.tally = reader.tally
        return outcome
    }

    @Test(arguments: ResponsesGolden.all)
    func readsStreams(_ golden: ResponsesGolden) throws {
        let outcome = try Self.outcome(Array(golden.stream.utf8))
        #expect(outcome.items == golden.items)
        #expect(outcome.tally.finishReason == golden.finish)
        #expect(outcome.tally.usage?.usage == golden.usage)
        #expect(outcome.failure == golden.failure)
        #expect(outcome.tally.isDone == golden.isDone)
        if golden.name != ResponsesGolden.flat.name {
            #expect(outcome.tally.id == "resp_1" && outcome.tally.model == "gpt-x")
        }
    }

    @Test(arguments: ResponsesGolden.all.filter { $0.whole != nil })
    func readsWholeAnswers(_ golden: ResponsesGolden) throws {
        var reader = ResponsesAnswerReader(dialect: .named("openai"))
        let step = try reader.read(whole: Array((golden.whole ?? "").utf8))
        var assembly = AnswerAssembly()
        assembly.add(step)
        #expect(ResponsesAnswerText.lines(assembly.first) == golden.items)
        #expect(reader.tally.finishReason == golden.finish)
        #expect(reader.tally.usage?.usage == golden.usage)
        #expect(step.isAnswer && !step.isDone)
        let failure = step.error.map { ProviderFailure.classify(error: $0, dialect: .named("openai")).kind }
        #expect(failure == golden.failure)
        #expect(reader.tally.id == "resp_1" && reader.tally.model == "gpt-x")
    }

    @Test(arguments: ResponsesGolden.all)
    func everyCutGivesTheSame(_ golden: ResponsesGolden) throws {
        let stream = Array(golden.stream.utf8)
        let reader = ResponsesAnswerReader(dialect: .named("openai"))
        try Streams.requireSameHoweverCut(stream) { (reader, ChatAnswerWriter(Self.opening)) }
        try Streams.requireSameHoweverCut(stream) { (reader, ResponsesAnswerWriter(Self.opening)) }
    }

    @Test func readsErrorsOfChatCompletions() throws {
        var reader = ResponsesAnswerReader(dialect: .named("openai"))
        let body = #"{"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}}"#
        let step = try reader.read(whole: Array(body.utf8))
        let error = try #require(step.error)
        #expect(ProviderFailure.classify(error: error, dialect: .named("openai")).kind == .modelNotFound)
        #expect(!step.isAnswer && step.finishes.isEmpty)
        let event = ServerSentEvent(name: [], data: Array(body.utf8), raw: [])
        #expect(try reader.read(event).error != nil)
    }

    /// Types in the names of events only; a blank event; an end as chat completions have it.
    @Test func bearsOddStreams() throws {
        var reader = ResponsesAnswerReader(dialect: .named("openai"))
        func read(_ name: String, _ data: String) throws -> AnswerStep {
            try reader.read(ServerSentEvent(name: Array(name.utf8), data: Array(data.utf8), raw: []))
        }
        #expect(try read("response.output_text.delta", #"{"delta":"a"}"#).pieces == [AnswerPiece(.text(JSONText("a")))])
        #expect(try read("", " \n").pieces.isEmpty)
        #expect(try read("", #"{"type":"response.new_thing","x":1}"#).pieces.isEmpty)
        // Of a call that did not begin.
        #expect(
            try read("", #"{"type":"response.function_call_arguments.delta","output_index":5,"delta":"{"}"#)
                .pieces.isEmpty)
        #expect(try read("", "[DONE]").isDone)
        for bad in ["{", "[]", "\"x\"", "hello"] { #expect(throws: JSONFault.self) { try read("", bad) } }
        for bad in ["", "{", "[]", "<html>"] {
            #expect(throws: JSONFault.self) { try reader.read(whole: Array(bad.utf8)) }
        }
    }

    static let usages: [(json: String, usage: Usage?)] = [
        (#"{"input_tokens":0,"output_tokens":0,"total_tokens":0}"#, Usage()),
        (#"{"input_tokens":5,"output_tokens":3}"#, Usage(uncachedInput: 5, output: 3)),
        // xAI: reasoning within the output, whatever its chat completions do.
        (
            #"{"input_tokens":5,"output_tokens":9,"output_tokens_details":{"reasoning_tokens":7}}"#,
            Usage(uncachedInput: 5, output: 2, reasoning: 7)
        ),
        (#"{"input_tokens":5,"input_tokens_details":{"cached_tokens":6},"output_tokens":1,"total_tokens":6}"#, nil),
        (#"{"input_tokens":-1,"output_tokens":3}"#, nil), (#"{"input_tokens":1.5,"output_tokens":3}"#, nil),
        (#"{"output_tokens":3}"#, nil), ("null", nil), ("[]", nil),
    ]

    @Test(arguments: usages)
    func readsUsage(_ row: (json: String, usage: Usage?)) throws {
        let root = try JSONDocument(#"{"output":[],"usage":\#(row.json)}"#).root
        #expect(ResponsesUsage.read(root, dialect: .named("xai"))?.usage == row.usage)
    }

    @Test func countsSearchesAsTheyAreBilled() throws {
        let told = try JSONDocument(
            #"{"output":[{"type":"web_search_call"},{"type":"web_search_call"},{"type":"file_search_call"}],"tool_usage":{"web_search":{"num_requests":1}},"usage":{"input_tokens":1,"output_tokens":1}}"#
        ).root
        #expect(ResponsesUsage.read(told, dialect: .compatible)?.usage.toolCalls == 2)
        let absurd = try JSONDocument(
            #"{"output":[{"type":"file_search_call"}],"tool_usage":{"web_search":{"num_requests":9223372036854775807}},"usage":{"input_tokens":1,"output_tokens":1}}"#
        ).root
        #expect(ResponsesUsage.read(absurd, dialect: .compatible)?.usage.toolCalls == 1)
        let made = try JSONDocument(
            #"{"output":[{"type":"image_generation_call"},{"type":"code_interpreter_call"},{"type":"shell_call"},{"type":"message"}],"usage":{"input_tokens":1,"output_tokens":1}}"#
        ).root
        #expect(ResponsesUsage.read(made, dialect: .compatible)?.usage.toolCalls == 3)
        let silent = try JSONDocument(#"{"usage":{"input_tokens":1,"output_tokens":1}}"#).root
        #expect(ResponsesUsage.read(silent, dialect: .compatible)?.saysToolCalls == false)
    }

    @Test func addsCostAndVerdictInPlace() throws {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        func end(_ data: String) throws -> String {
            let event = ServerSentEvent(name: [], data: Array(data.utf8), raw: Array("raw".utf8))
            var ending = AnswerEnding(
                Self.opening, AnswerTally(), finishReason: .stop, usage: Usage(uncachedInput: 3, output: 1), cost: "0.5"
            )
            ending.verdict = OutputVerdict(faults: [])
            return text(try ResponsesUsage.pricing(event, ending))
        }
        let mark = #""tollgate":{"output_valid":true}"#
        #expect(
            try end(#"{"type":"response.completed","response":{"id":"r", "usage":{"input_tokens":1}},"x":1}"#)
                == "event: response.completed\ndata: "
                + #"{"type":"response.completed","response":{"id":"r", "usage":{"input_tokens":1,"cost":0.5},\#(mark)},"x":1}"#
                + "\n\n")
        let usage =
            #"{"input_tokens":3,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":1,"#
            + #""output_tokens_details":{"reasoning_tokens":0},"total_tokens":4,"cost":0.5}"#
        #expect(
            try end(#"{"type":"response.incomplete","response":{"usage":null}}"#)
                == "event: response.incomplete\ndata: "
                + #"{"type":"response.incomplete","response":{"usage":\#(usage),\#(mark)}}"# + "\n\n")
        #expect(try end(#"{"type":"response.output_text.delta","delta":"a"}"#) == "raw")
        let ending = AnswerEnding(
            Self.opening, AnswerTally(), finishReason: .stop, usage: Usage(uncachedInput: 3, output: 1), cost: "2")
        #expect(
            text(try ResponsesUsage.pricing(whole: Array(#"{"usage":{"cost":1}}"#.utf8), ending))
                == #"{"usage":{"cost":2}}"#)
        #expect(
            text(try ResponsesUsage.pricing(whole: Array(#"{"id":"r"}"#.utf8), ending)).hasPrefix(
                #"{"id":"r","usage":{"#))
    }
}
