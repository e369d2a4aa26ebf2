import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct GeminiErrorTests {
    @Test func encodesErrors() throws {
        var error = ErrorBody(
            message: "Not \"enough\".", type: "insufficient_quota", param: "generationConfig.topP",
            code: "insufficient_credits", extra: [("needed", "0.5")])
        let json =
            #"{"error":{"code":402,"message":"Not \"enough\".","status":"RESOURCE_EXHAUSTED","details":["#
            + #"{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"insufficient_credits","domain":"tollgate"},"#
            + #"{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"generationConfig.topP","description":"Not \"enough\"."}]}],"#
            + #""needed":0.5}}"#
        #expect(String(decoding: error.encodeGemini(status: 402), as: UTF8.self) == json)
        #expect(String(decoding: error.encodeGeminiEvent(status: 402), as: UTF8.self) == json + "\n\n")
        error.faults = [DataFault(pointer: "", rule: "required", message: "x")]
        error.faultsRoot = "/input"
        let root = try JSONDocument(error.encodeGemini(status: 400)).root
        #expect(root.member("error")?.member("faults")?.elements().count == 1)
    }

    /// The event that ends a stream is read as an error, of the status that it says.
    @Test(arguments: [(429, ProviderFailure.Kind.rateLimited), (503, .overloaded), (500, .serverError)])
    func endsAStream(_ status: Int, _ kind: ProviderFailure.Kind) throws {
        let error = ErrorBody(message: "m", type: "t", code: "c")
        let stream = "data: {}\n\n" + String(decoding: error.encodeGeminiEvent(status: status), as: UTF8.self)
        var reader = GeminiAnswerReader()
        let steps = try SSEParserTests.events(of: stream, cutTo: 3).map { try reader.read($0) }
        let said = try #require(steps.last?.error)
        #expect(steps.count == 2 && steps[0].error == nil)
        #expect(ProviderFailure.classify(error: said, dialect: .named("gemini")).kind == kind)
    }

    @Test(arguments: [
        (400, "INVALID_ARGUMENT"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "NOT_FOUND"),
        (409, "ABORTED"), (413, "INVALID_ARGUMENT"), (429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL"),
        (502, "UNAVAILABLE"), (503, "UNAVAILABLE"), (504, "DEADLINE_EXCEEDED"), (529, "UNAVAILABLE"),
    ])
    func namesStatuses(_ row: (Int, String)) { #expect(ErrorBody.googleStatus(row.0) == row.1) }

    @Test func encodesModels() {
        let entry = ModelEntry(id: "support/production", created: 7, owner: "acme")
        let json =
            #"{"name":"models/support/production","displayName":"support/production","#
            + #""supportedGenerationMethods":["generateContent","streamGenerateContent"]}"#
        #expect(String(decoding: entry.encodeGemini(), as: UTF8.self) == json)
        #expect(
            String(decoding: ModelEntry.encodeGeminiList([entry, entry]), as: UTF8.self)
                == #"{"models":[\#(json),\#(json)]}"#)
        #expect(String(decoding: ModelEntry.encodeGeminiList([]), as: UTF8.self) == #"{"models":[]}"#)
    }

    @Test(arguments: [
        (#"{"usageMetadata":{"promptTokenCount":1}}"#, #"{"usageMetadata":{"promptTokenCount":1,"cost":0.5}}"#),
        (#"{"usageMetadata": { },"a":1}"#, #"{"usageMetadata": { "cost":0.5},"a":1}"#), (#"{"a":1}"#, #"{"a":1}"#),
    ])
    func addsWhatARunCost(_ row: (String, String)) throws {
        let added = try ChatUsage.addingCost("0.5", to: Array(row.0.utf8))
        #expect(String(decoding: added, as: UTF8.self) == row.1)
    }
}
