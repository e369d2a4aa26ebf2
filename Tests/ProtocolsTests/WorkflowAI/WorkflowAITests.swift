import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct WorkflowAITests {
    private static func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    private static func call(_ body: String, tenant: String = "_", schema: String = "2") throws -> RunCall {
        try WorkflowAIRequest(JSONDocument(body), tenant: tenant, agent: "greeter", schema: schema).call
    }

    private static func step(_ text: String) -> AnswerStep {
        var step = AnswerStep()
        step.pieces = [AnswerPiece(.text(JSONText(text)))]
        return step
    }

    // MARK: requests

    @Test func readsARequest() throws {
        let call = try Self.call(
            #"{"task_input":{"a":1},"version":"dev","id":"0196","stream":true,"metadata":{"k":"v"},"use_cache":"auto","#
                + #""private_fields":["task_input"]}"#, tenant: "acme")
        #expect(Self.text(call.input.map { Array($0.raw) }) == #"{"a":1}"#)
        #expect(call.stream && call.id == "0196" && call.schema == 2 && call.metadata?.member("k")?.string == "v")
        #expect(call.ignored == ["use_cache", "private_fields"])
        #expect(call.place == RunCall.Place(organization: "acme", agent: "greeter", environment: "development"))
    }

    static let hash = "0123456789abcdef0123456789abcdef"

    @Test(arguments: [
        ("3", nil, "3"), (#""3""#, nil, "3"), (#""1.2""#, nil, "1.2"), (#""\#(hash)""#, nil, hash),
        (#""production""#, "production", nil), (#""prod""#, "production", nil), ("null", nil, nil),
    ])
    func tellsEnvironmentsFromVersions(_ row: (version: String, environment: String?, number: String?)) throws {
        let place = try Self.call(#"{"task_input":{},"version":\#(row.version)}"#).place
        #expect(
            place == RunCall.Place(agent: "greeter", environment: row.environment, version: row.number))
    }

    @Test(arguments: [
        ("{}", "task_input"), (#"{"task_input":[]}"#, "task_input"), (#"{"task_input":{},"id":1}"#, "id"),
        (#"{"task_input":{},"version":{"model":"m"}}"#, "version"), (#"{"task_input":{},"stream":"x"}"#, "stream"),
    ])
    func refuses(_ row: (body: String, param: String)) {
        let fault = #expect(throws: RequestFault.self) { try Self.call(row.body) }
        #expect(fault?.param == row.param)
        for schema in ["0", "x", "-1", "9999999999"] {
            #expect(throws: RequestFault.self) { try Self.call(#"{"task_input":{}}"#, schema: schema) }
        }
    }

    // MARK: answers

    @Test func writesARun() throws {
        var run = WorkflowAIRun(
            id: "i", output: .text(Array("Hi".utf8)), version: "3", provider: "p", model: "m", milliseconds: 1_050,
            cost: "0.000000001", metadata: try JSONDocument(#"{"k": 1}"#).root)
        #expect(
            Self.text(WorkflowAIRun.encode(run))
                == #"{"id":"i","task_output":{"output":"Hi"},"version":{"id":"3","properties":{"model":"m","provider":"p"}},"#
                + #""duration_seconds":1.050,"cost_usd":0.000000001,"metadata":{"k": 1}}"#)
        func output(_ output: NativeRun.Output?) -> String? {
            run.output = output
            return (try? JSONDocument(WorkflowAIRun.encode(run)))?.root.member("task_output").map {
                String(decoding: $0.raw, as: UTF8.self)
            }
        }
        #expect(output(.json(Array(#"{"a":1}"#.utf8))) == #"{"a":1}"#)
        #expect(output(.json(Array("[1]".utf8))) == #"{"output":[1]}"#)
        #expect(output(nil) == "{}")
    }

    @Test func writesCallsOfTools() throws {
        func call(_ arguments: String, isCustom: Bool = false) -> AssembledAnswer.Call {
            AssembledAnswer.Call(
                head: CallHead(id: nil, name: JSONText("f"), isCustom: isCustom), arguments: Array(arguments.utf8))
        }
        let run = WorkflowAIRun(
            id: "i", output: nil, calls: [call(#"{"a":1}"#), call(""), call("[1"), call(#"{"a":1}"#, isCustom: true)],
            version: "1", provider: "p", model: "m", milliseconds: 0, cost: "0")
        let requests = try #require(try JSONDocument(WorkflowAIRun.encode(run)).root.member("tool_call_requests"))
        #expect(
            requests.elements().map { String(decoding: $0.member("input")?.raw ?? [], as: UTF8.self) } == [
                #"{"a":1}"#, "{}", #"{"input":"[1"}"#, #"{"input":"{\"a\":1}"}"#,
            ])
        #expect(requests.elements().first?.member("id")?.string == "call_i_0")
    }

    @Test func writesErrors() {
        let error = ErrorBody(
            message: "No.", type: "t", param: "id", code: "invalid_request", extra: [("charged", "0")])
        #expect(
            Self.text(error.encodeWorkflowAI(status: 400, id: "i"))
                == #"{"error":{"code":"invalid_request","message":"No.","status_code":400,"#
                + #""details":{"param":"id","code":"invalid_request","charged":0}},"id":"i"}"#)
    }

    // MARK: streams

    @Test func eachEventHasAllSoFar() {
        var stream = WorkflowAIStream(id: "i", isJSON: false)
        #expect(
            Self.text(stream.write(Self.step("Hel"))) == "data: {\"id\":\"i\",\"task_output\":{\"output\":\"Hel\"}}\n\n"
        )
        #expect(
            Self.text(stream.write(Self.step("lo")))
                == "data: {\"id\":\"i\",\"task_output\":{\"output\":\"Hello\"}}\n\n")
        #expect(stream.write(AnswerStep()).isEmpty)
    }

    @Test func aLongAnswerIsNotSentInTheSquareOfItsLength() {
        var stream = WorkflowAIStream(id: "i", isJSON: false)
        let sent = (0..<20_000).reduce(0) { sum, _ in sum + stream.write(Self.step("word")).count }
        #expect(sent > 80_000 && sent < 40 * 80_000)
    }

    @Test func anObjectIsSentAsFarAsItIsWhole() {
        var stream = WorkflowAIStream(id: "i", isJSON: true)
        let events = [#"{"#, #""answer":"#, #" "to"#, #"ll", "sure": tr"#, "ue}"].map {
            Self.text(stream.write(Self.step($0)))
        }
        func event(_ output: String) -> String { "data: {\"id\":\"i\",\"task_output\":\(output)}\n\n" }
        #expect(
            events == [
                event("{}"), event("{}"), event(#"{"answer": "to"}"#), event(#"{"answer": "toll"}"#),
                event(#"{"answer": "toll", "sure": true}"#),
            ])
    }

    static let whole =
        #" {"a":{"b":[1,-2.5e3,{"c":"x\"y\\\u00e9\ud83d\ude00,}]"}, [],null ],"":true},"d" : "", "é":[[{}]],"e":false} "#

    @Test func everyBeginningOfAnObjectIsOne() throws {
        var object = PartialObject()
        for character in Self.whole {
            object.append(Array(String(character).utf8))
            guard let value = object.value else {
                #expect(character == " ")
                continue
            }
            #expect(try JSONDocument(value).root.kind == .object)
        }
        #expect(Self.text(object.value) == Self.whole.dropLast().description)
    }

    @Test(arguments: ["", "  ", "[1]", "word", "\"x\"", "```json {}", #"{"a":nope,"#, "{]"])
    func whatIsNoObjectIsNone(_ text: String) {
        var object = PartialObject()
        object.append(Array(text.utf8))
        #expect(object.value == nil)
    }

    @Test func halfACharacterIsLeftOut() {
        var object = PartialObject()
        var values: [String?] = []
        for piece in [#"{"a":"x\"#, #"ud8"#, #"3d"#, #"\ude0"#, #"0"#] {
            object.append(Array(piece.utf8))
            values.append(Self.text(object.value))
        }
        #expect(values == Array(repeating: #"{"a":"x"}"#, count: 4) + [#"{"a":"x\ud83d\ude00"}"#])
    }
}
