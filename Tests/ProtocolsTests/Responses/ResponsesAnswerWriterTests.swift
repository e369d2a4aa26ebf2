import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ResponsesAnswerWriterTests {
    static let opening = AnswerOpening(id: "run_1", model: "m", created: 7, origin: .anthropic)
    static let usage = Usage(uncachedInput: 5, cacheRead: 12, cacheWrite: 3, output: 5, reasoning: 4)

    static func ending(
        _ reason: FinishReason, _ opening: AnswerOpening = opening, verdict: OutputVerdict? = nil
    ) -> AnswerEnding {
        AnswerEnding(opening, AnswerTally(), finishReason: reason, usage: usage, cost: "0.25", verdict: verdict)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let contents: [AnswerPiece.Content]
        var finish = FinishReason.stop
        /// A line for each event between the two that begin the stream and the one that ends it, without what all of an
        /// item have: `type: payload`.
        let events: String
        /// The items of the answer.
        let output: String
        /// Read back; nil where that is what `contents` come to.
        var items: [String]?
        var end = "completed"
        var details = "null"
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "text", contents: [.text(JSONText("")), .text(JSONText("Hé\n")), .text(JSONText("\"you\""))],
            events: #"""
                output_item.added {"output_index":0,"item":{"id":"msg_run_1_0","type":"message","status":"in_progress","role":"assistant","content":[]}}
                content_part.added {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}
                output_text.delta {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"delta":"Hé\n","logprobs":[]}
                output_text.delta {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"delta":"\"you\"","logprobs":[]}
                output_text.done {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"text":"Hé\n\"you\"","logprobs":[]}
                content_part.done {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hé\n\"you\"","annotations":[],"logprobs":[]}}
                output_item.done {"output_index":0,"item":{"id":"msg_run_1_0","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hé\n\"you\"","annotations":[],"logprobs":[]}]}}
                """#,
            output:
                #"{"id":"msg_run_1_0","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hé\n\"you\"","annotations":[],"logprobs":[]}]}"#
        ),
        // Their arguments may come in turns; a call without an id gets one, one without arguments has none.
        Row(
            name: "parallel calls",
            contents: [
                .toolCall(0, CallHead(id: JSONText("t_a"), name: JSONText("f"))), .arguments(0, JSONText("{\"x\"")),
                .toolCall(1, CallHead(id: nil, name: JSONText("g"))), .arguments(0, JSONText(":1}")),
                .toolCall(2, CallHead(id: JSONText("t_c"), name: JSONText("sh"), isCustom: true)),
                .arguments(2, JSONText("ls")),
            ],
            finish: .toolCalls,
            events: #"""
                output_item.added {"output_index":0,"item":{"id":"fc_run_1_0","type":"function_call","status":"in_progress","call_id":"t_a","name":"f","arguments":""}}
                function_call_arguments.delta {"item_id":"fc_run_1_0","output_index":0,"delta":"{\"x\""}
                output_item.added {"output_index":1,"item":{"id":"fc_run_1_1","type":"function_call","status":"in_progress","call_id":"call_run_1_1","name":"g","arguments":""}}
                function_call_arguments.delta {"item_id":"fc_run_1_0","output_index":0,"delta":":1}"}
                output_item.added {"output_index":2,"item":{"id":"ctc_run_1_2","type":"custom_tool_call","status":"in_progress","call_id":"t_c","name":"sh","input":""}}
                custom_tool_call_input.delta {"item_id":"ctc_run_1_2","output_index":2,"delta":"ls"}
                function_call_arguments.done {"item_id":"fc_run_1_0","output_index":0,"name":"f","arguments":"{\"x\":1}"}
                output_item.done {"output_index":0,"item":{"id":"fc_run_1_0","type":"function_call","status":"completed","call_id":"t_a","name":"f","arguments":"{\"x\":1}"}}
                function_call_arguments.delta {"item_id":"fc_run_1_1","output_index":1,"delta":"{}"}
                function_call_arguments.done {"item_id":"fc_run_1_1","output_index":1,"name":"g","arguments":"{}"}
                output_item.done {"output_index":1,"item":{"id":"fc_run_1_1","type":"function_call","status":"completed","call_id":"call_run_1_1","name":"g","arguments":"{}"}}
                custom_tool_call_input.done {"item_id":"ctc_run_1_2","output_index":2,"input":"ls"}
                output_item.done {"output_index":2,"item":{"id":"ctc_run_1_2","type":"custom_tool_call","status":"completed","call_id":"t_c","name":"sh","input":"ls"}}
                """#,
            output:
                #"{"id":"fc_run_1_0","type":"function_call","status":"completed","call_id":"t_a","name":"f","arguments":"{\"x\":1}"},"#
                + #"{"id":"fc_run_1_1","type":"function_call","status":"completed","call_id":"call_run_1_1","name":"g","arguments":"{}"},"#
                + #"{"id":"ctc_run_1_2","type":"custom_tool_call","status":"completed","call_id":"t_c","name":"sh","input":"ls"}"#,
            items: [#"call: t_a f {"x":1}"#, "call: call_run_1_1 g {}", "custom: t_c sh ls"]),
        Row(
            name: "reasoning",
            contents: [
                .reasoning(JSONText("I ")), .reasoning(JSONText("think")), .signature(JSONText("s1")),
                .signature(JSONText("s2")), .hiddenReasoning(JSONText("h")), .signature(JSONText("g")),
                .toolCall(0, CallHead(id: JSONText("t"), name: JSONText("f"))), .arguments(0, JSONText("{}")),
            ],
            finish: .toolCalls,
            events: #"""
                output_item.added {"output_index":0,"item":{"id":"rs_run_1_0","type":"reasoning","summary":[]}}
                reasoning_summary_part.added {"item_id":"rs_run_1_0","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}
                reasoning_summary_text.delta {"item_id":"rs_run_1_0","output_index":0,"summary_index":0,"delta":"I "}
                reasoning_summary_text.delta {"item_id":"rs_run_1_0","output_index":0,"summary_index":0,"delta":"think"}
                reasoning_summary_text.done {"item_id":"rs_run_1_0","output_index":0,"summary_index":0,"text":"I think"}
                reasoning_summary_part.done {"item_id":"rs_run_1_0","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"I think"}}
                output_item.done {"output_index":0,"item":{"id":"rs_run_1_0","type":"reasoning","summary":[{"type":"summary_text","text":"I think"}],"encrypted_content":"tollgate.anthropic.s1s2"}}
                output_item.added {"output_index":1,"item":{"id":"rs_run_1_1","type":"reasoning","summary":[]}}
                output_item.done {"output_index":1,"item":{"id":"rs_run_1_1","type":"reasoning","summary":[],"encrypted_content":"tollgate.anthropic.h"}}
                output_item.added {"output_index":2,"item":{"id":"sig_run_1_2","type":"reasoning","summary":[]}}
                output_item.done {"output_index":2,"item":{"id":"sig_run_1_2","type":"reasoning","summary":[],"encrypted_content":"tollgate.anthropic.g"}}
                output_item.added {"output_index":3,"item":{"id":"fc_run_1_3","type":"function_call","status":"in_progress","call_id":"t","name":"f","arguments":""}}
                function_call_arguments.delta {"item_id":"fc_run_1_3","output_index":3,"delta":"{}"}
                function_call_arguments.done {"item_id":"fc_run_1_3","output_index":3,"name":"f","arguments":"{}"}
                output_item.done {"output_index":3,"item":{"id":"fc_run_1_3","type":"function_call","status":"completed","call_id":"t","name":"f","arguments":"{}"}}
                """#,
            output:
                #"{"id":"rs_run_1_0","type":"reasoning","summary":[{"type":"summary_text","text":"I think"}],"encrypted_content":"tollgate.anthropic.s1s2"},"#
                + #"{"id":"rs_run_1_1","type":"reasoning","summary":[],"encrypted_content":"tollgate.anthropic.h"},"#
                + #"{"id":"sig_run_1_2","type":"reasoning","summary":[],"encrypted_content":"tollgate.anthropic.g"},"#
                + #"{"id":"fc_run_1_3","type":"function_call","status":"completed","call_id":"t","name":"f","arguments":"{}"}"#,
            items: [
                "reasoning: I think <tollgate.anthropic.s1s2>", "hidden: tollgate.anthropic.h",
                "hidden: tollgate.anthropic.g", "call: t f {}",
            ]),
        Row(
            name: "text with a source, cut by a refusal",
            contents: [
                .text(JSONText("ab")), .citation(Citation(url: JSONText("u"), title: JSONText("t"), range: 0..<2)),
                .refusal(JSONText("No.")),
            ],
            finish: .refusal,
            events: #"""
                output_item.added {"output_index":0,"item":{"id":"msg_run_1_0","type":"message","status":"in_progress","role":"assistant","content":[]}}
                content_part.added {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}
                output_text.delta {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"delta":"ab","logprobs":[]}
                output_text.annotation.added {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","start_index":0,"end_index":2,"url":"u","title":"t"}}
                output_text.done {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"text":"ab","logprobs":[]}
                content_part.done {"item_id":"msg_run_1_0","output_index":0,"content_index":0,"part":{"type":"output_text","text":"ab","annotations":[{"type":"url_citation","start_index":0,"end_index":2,"url":"u","title":"t"}],"logprobs":[]}}
                content_part.added {"item_id":"msg_run_1_0","output_index":0,"content_index":1,"part":{"type":"refusal","refusal":""}}
                refusal.delta {"item_id":"msg_run_1_0","output_index":0,"content_index":1,"delta":"No."}
                refusal.done {"item_id":"msg_run_1_0","output_index":0,"content_index":1,"refusal":"No."}
                content_part.done {"item_id":"msg_run_1_0","output_index":0,"content_index":1,"part":{"type":"refusal","refusal":"No."}}
                output_item.done {"output_index":0,"item":{"id":"msg_run_1_0","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"ab","annotations":[{"type":"url_citation","start_index":0,"end_index":2,"url":"u","title":"t"}],"logprobs":[]},{"type":"refusal","refusal":"No."}]}}
                """#,
            output:
                #"{"id":"msg_run_1_0","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"ab","annotations":[{"type":"url_citation","start_index":0,"end_index":2,"url":"u","title":"t"}],"logprobs":[]},{"type":"refusal","refusal":"No."}]}"#,
            end: "incomplete", details: #"{"reason":"content_filter"}"#),
        Row(
            name: "nothing, at the output maximum", contents: [], finish: .length, events: "", output: "",
            end: "incomplete", details: #"{"reason":"max_output_tokens"}"#),
    ]

    static let usageJSON =
        #"{"input_tokens":20,"input_tokens_details":{"cached_tokens":12,"cache_write_tokens":3},"output_tokens":9,"#
        + #""output_tokens_details":{"reasoning_tokens":4},"total_tokens":29,"cost":0.25}"#

    private static func response(_ status: String, _ details: String, _ output: String, _ usage: String) -> String {
        #"{"id":"msg_9","object":"response","created_at":7,"status":"\#(status)","error":null,"#
            + #""incomplete_details":\#(details),"model":"claude","output":[\#(output)],"parallel_tool_calls":true,"#
            + #""tool_choice":"auto","tools":[],"usage":\#(usage)}"#
    }

    static func steps(_ contents: [AnswerPiece.Content]) -> [AnswerStep] {
        var named = AnswerStep()
        named.id = "msg_9"
        named.model = "claude"
        return [named]
            + contents.map { content in
                var step = AnswerStep()
                step.pieces = [AnswerPiece(content)]
                return step
            }
    }

    static func stream(_ row: Row) -> [UInt8] {
        var writer = ResponsesAnswerWriter(opening)
        var out: [UInt8] = []
        var named = ending(row.finish)
        named.id = "msg_9"
        named.model = "claude"
        var steps = steps(row.contents)
        // Names come with or before the first word.
        if steps.count > 1 {
            steps[1].id = steps[0].id
            steps[1].model = steps[0].model
        }
        for step in steps { out += writer.write(step) }
        return out + writer.end(named)
    }

    @Test(arguments: rows)
    func writesStreams(_ row: Row) throws {
        let running = Self.response("in_progress", "null", "", "null")
        var expected = [#"created {"response":\#(running)}"#, #"in_progress {"response":\#(running)}"#]
        expected += row.events.split(separator: "\n").map(String.init)
        expected.append(
            #"\#(row.end) {"response":\#(Self.response(row.end, row.details, row.output, Self.usageJSON))}"#)
        let frames = expected.enumerated().map { number, line in
            let cut = line.firstIndex(of: " ") ?? line.endIndex
            let type = "response." + line[..<cut]
            let rest = line[line.index(cut, offsetBy: 2)...]
            return "event: \(type)\ndata: {\"type\":\"\(type)\",\"sequence_number\":\(number),\(rest)\n\n"
        }
        let stream = String(decoding: Self.stream(row), as: UTF8.self)
        #expect(stream.components == frames)
    }

    @Test(arguments: rows)
    func writesWholeAnswers(_ row: Row) throws {
        var assembly = AnswerAssembly()
        for step in Self.steps(row.contents) { assembly.add(step) }
        var ending = Self.ending(row.finish)
        ending.id = "msg_9"
        ending.model = "claude"
        let body = ResponsesAnswerWriter.whole(assembly.first, ending)
        #expect(
            String(decoding: body, as: UTF8.self)
                == Self.response(row.end, row.details, row.output, Self.usageJSON))
    }

    /// Streamed or whole, it is read back as what it was.
    @Test(arguments: rows)
    func isReadBack(_ row: Row) throws {
        var assembly = AnswerAssembly()
        for step in Self.steps(row.contents) { assembly.add(step) }
        let items = row.items ?? ResponsesAnswerText.lines(assembly.first).filter { $0 != "text: " }
        let reason: FinishReason = row.finish == .refusal ? .contentFilter : row.finish
        let outcome = try ResponsesAnswerReaderTests.outcome(Self.stream(row))
        #expect(outcome.items == items)
        #expect(outcome.tally.finishReason == reason && outcome.tally.usage?.usage == Self.usage)
        var reader = ResponsesAnswerReader(dialect: .compatible)
        var again = AnswerAssembly()
        again.add(try reader.read(whole: ResponsesAnswerWriter.whole(assembly.first, Self.ending(row.finish))))
        #expect(ResponsesAnswerText.lines(again.first) == items)
        #expect(reader.tally.finishReason == reason && reader.tally.usage?.usage == Self.usage)
    }

    /// What a Responses provider said goes back to it as it came, though it was written anew in between.
    @Test(arguments: ResponsesGolden.all.filter { $0.failure == nil && $0.isDone })
    func goesThereAndBack(_ golden: ResponsesGolden) throws {
        var reader = ResponsesAnswerReader(dialect: .compatible)
        var assembly = AnswerAssembly()
        assembly.add(try reader.read(whole: Array((golden.whole ?? "").utf8)))
        let opening = AnswerOpening(id: "run_1", model: "m", created: 7, origin: .responses)
        let ending = AnswerEnding(
            opening, reader.tally, finishReason: reader.tally.finishReason, usage: Self.usage, cost: "1")
        var second = ResponsesAnswerReader(dialect: .compatible)
        var again = AnswerAssembly()
        again.add(try second.read(whole: ResponsesAnswerWriter.whole(assembly.first, ending)))
        let expected = golden.items.map { line in
            // Marked with whose it is; an empty call has an empty object.
            line.replacing("<rs_", with: "<tollgate.responses.rs_").replacing(
                "hidden: ", with: "hidden: tollgate.responses."
            )
            .replacing("call_b g ", with: "call_b g {}")
        }
        #expect(ResponsesAnswerText.lines(again.first) == expected)
        #expect(second.tally.finishReason == golden.finish)
    }

    @Test func marksWhatCameOfAnOutputSchema() throws {
        var writer = ResponsesAnswerWriter(Self.opening)
        let stream = writer.end(Self.ending(.stop, verdict: OutputVerdict(faults: [])))
        let last = try #require(try Self.payloads(stream).last)
        let mark = try #require(last.member("response")?.member("tollgate"))
        #expect(String(decoding: mark.raw, as: UTF8.self) == #"{"output_valid":true}"#)
        #expect(last.member("response")?.member("id")?.string == "run_1")
    }

    static func payloads(_ stream: [UInt8]) throws -> [JSONValue] {
        var parser = SSEParser(maximumEventSize: 100_000)
        parser.append(stream)
        var payloads: [JSONValue] = []
        while let event = try parser.next() { payloads.append(try JSONDocument(event.data).root) }
        return payloads
    }

    @Test func aProviderThatFailsInAWordOfItsOwn() throws {
        var writer = ResponsesAnswerWriter(Self.opening)
        let last = try #require(try Self.payloads(writer.end(Self.ending(.failed("MALFORMED")))).last)
        #expect(last.member("type")?.string == "response.failed")
        #expect(last.member("response")?.member("error")?.member("code")?.string == "server_error")
    }

    @Test(arguments: [false, true])
    func endsStreamsThatFail(_ isBegun: Bool) throws {
        var writer = ResponsesAnswerWriter(Self.opening)
        var stream: [UInt8] = []
        if isBegun { for step in Self.steps([.text(JSONText("a"))]) { stream += writer.write(step) } }
        let error = ErrorBody(message: "Slow \"down\"", type: "rate_limit_error", code: "rate_limit_exceeded")
        stream += writer.fail(error, status: 429, requestID: "request_1")
        let payloads = try Self.payloads(stream)
        #expect(payloads.map { $0.member("sequence_number")?.int } == payloads.indices.map { Int64($0) })
        #expect(payloads.first?.member("type")?.string == "response.created")
        let said = payloads[payloads.count - 2]
        #expect(
            String(decoding: said.raw, as: UTF8.self)
                == #"{"type":"error","sequence_number":\#(payloads.count - 2),"code":"rate_limit_exceeded","#
                + #""message":"Slow \"down\"","param":null,"error":{"message":"Slow \"down\"","#
                + #""type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"#)
        let last = try #require(payloads.last?.member("response"))
        #expect(last.member("status")?.string == "failed" && last.member("usage")?.isNull == true)
        let outcome = try ResponsesAnswerReaderTests.outcome(stream)
        #expect(outcome.failure == .rateLimited && outcome.items == (isBegun ? ["text: a"] : []))
    }
}

extension String {
    /// The events of a stream.
    fileprivate var components: [String] {
        var events: [String] = []
        var rest = self[...]
        while let end = rest.firstRange(of: "\n\n") {
            events.append(String(rest[..<end.upperBound]))
            rest = rest[end.upperBound...]
        }
        return rest.isEmpty ? events : events + [String(rest)]
    }
}
