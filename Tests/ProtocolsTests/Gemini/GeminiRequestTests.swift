import JSON
import Testing

@testable import Protocols

@Suite struct GeminiRequestTests {
    static let bodies = [
        #"""
        {"model":"models/of-the-body","contents":[{"role":"user","parts":[{"text":"hi"}]}],
        "systemInstruction":{"parts":[{"text":"Be brief."}]},"tools":[{"googleSearch":{}}],
        "toolConfig":{"functionCallingConfig":{"mode":"ANY"}},"safetySettings":[],
        "generationConfig":{"temperature":0.20,"maxOutputTokens":7,"candidateCount":1,"topP":null,"topK":4},
        "input":{"a":1},"schema":3,"labels":null}
        """#,
        #"""
        {"contents":{"role":"user","parts":{"text":"hi"}},"system_instruction":{"parts":{"text":"Be brief."}},
        "tools":{"googleSearch":{}},"tool_config":{"function_calling_config":{"mode":"ANY"}},"safety_settings":[],
        "generation_config":{"temperature":0.20,"max_output_tokens":7,"candidate_count":1,"top_p":null,"top_k":4},
        "input":{"a":1},"schema":3}
        """#,
    ]

    @Test(arguments: bodies)
    func readsBothSpellings(_ body: String) throws {
        let call = try GeminiRequest(JSONDocument(body), model: "support/prod", stream: true).call
        #expect(call.spoken == .gemini && call.model == "support/prod" && call.stream && call.includeUsage)
        #expect(call.messages.count == 1 && call.system != nil)
        #expect(call.input.map { Array($0.raw) } == Array(#"{"a":1}"#.utf8) && call.schema == 3)
        #expect(call.maxOutputTokens == 7 && call.n == 1)
        #expect(call.maxOutputField.map(GeminiName.path) == "generationConfig.maxOutputTokens")
        // In the order of the body.
        #expect(
            call.parameters.map { GeminiName.path($0.name) } == [
                "tools", "toolConfig.functionCallingConfig", "safetySettings", "generationConfig.temperature",
                "generationConfig.topK",
            ])
        #expect(
            call.parameters.map { GeminiBody.meaning(of: $0.name) } == [nil, .toolChoice, nil, .temperature, .topK])
        #expect(
            call.parameters.first.map { String(decoding: $0.value.raw, as: UTF8.self) } == #"[{"googleSearch":{}}]"#)
        #expect(call.parameters.map { String(decoding: $0.value.raw, as: UTF8.self) }.suffix(2) == ["0.20", "4"])
    }

    static let refused: [(String, String?)] = [
        ("[]", nil), (#"{"input":[]}"#, "input"), (#"{"schema":0}"#, "schema"), (#"{"contents":"hi"}"#, "contents[0]"),
        (#"{"contents":[{},1]}"#, "contents[1]"), (#"{"contents":[{"parts":[],"parts":[]}]}"#, "contents[0].parts"),
        (#"{"systemInstruction":"x"}"#, "systemInstruction"),
        (#"{"tools":[],"tools":[]}"#, "tools"), (#"{"tools":"x"}"#, "tools"),
        (#"{"toolConfig":{},"tool_config":{}}"#, "tool_config"), (#"{"generationConfig":[]}"#, "generationConfig"),
        (#"{"generationConfig":{"topP":1,"top_p":1}}"#, "generationConfig.top_p"),
        (#"{"generationConfig":{"maxOutputTokens":0}}"#, "generationConfig.maxOutputTokens"),
        (#"{"generationConfig":{"maxOutputTokens":1.5}}"#, "generationConfig.maxOutputTokens"),
        (#"{"generation_config":{"candidate_count":2}}"#, "generation_config.candidate_count"),
        (#"{"cachedContent":"cachedContents/x"}"#, "cachedContent"), (#"{"cached_content":"x"}"#, "cached_content"),
        // It would pass for a member of the object, and for the maximum.
        (#"{"generationConfig.maxOutputTokens":99999}"#, "generationConfig.maxOutputTokens"),
    ]

    @Test(arguments: refused)
    func refuses(_ row: (String, String?)) throws {
        let document = try JSONDocument(row.0)
        let fault = #expect(throws: RequestFault.self) { try GeminiRequest(document, model: "m", stream: false) }
        #expect(fault?.param == row.1)
        #expect(fault?.message.isEmpty == false)
    }

    static let faults: [(String, String)] = [
        (
            #"{"contents":[{},{"parts":[{"text":"a"},{"functionResponse":{}}]}]}"#,
            "contents[1].parts[1].functionResponse"
        ),
        (#"{"contents":[{"role":"system","parts":[]}]}"#, "contents[0].role"),
        (#"{"contents":[{"role":"model","parts":[{"functionCall":{}}]}]}"#, "contents[0].parts[0].functionCall"),
        (
            #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":"x"}}]}]}"#,
            "contents[0].parts[0].functionCall.args"
        ),
        (#"{"tools":[{"functionDeclarations":[{}]}]}"#, "tools[0].functionDeclarations[0]"),
        (#"{"tools":[1]}"#, "tools[0]"),
        (#"{"generationConfig":{"temperature":"1"}}"#, "generationConfig.temperature"),
    ]

    @Test(arguments: faults)
    func namesThePlaceOfAFault(_ row: (String, String)) throws {
        let call = try GeminiRequest(JSONDocument(row.0), model: "m", stream: false).call
        let fault = #expect(throws: RequestFault.self) { try GeminiConversation.read(call) }
        #expect(fault?.param == row.1)
    }
}
