import Foundation
import JSON
import NIOHTTP1
import Testing

@testable import Simulator

/// Shapes that the vendors' clients do not look at, and what is refused.
@Suite struct ShapeTests {
    @Test func checksums() {
        // The check value of CRC-32 catalogues.
        #expect(EventStreamFrame.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    /// Laid out by hand from AWS's description.
    @Test func frames() {
        let bytes = EventStreamFrame(headers: [("a", "bc")], payload: Array("{}".utf8)).bytes
        #expect(bytes.count == 12 + 7 + 2 + 4)
        #expect(bytes.prefix(8) == [0, 0, 0, 25, 0, 0, 0, 7])
        #expect(bytes[12..<21] == [1, 0x61, 7, 0, 2, 0x62, 0x63, 0x7B, 0x7D])
    }

    @Test func embeddingsAreTheSameInBothForms() throws {
        let embedding = Embedding("toll", dimensions: 64)
        let bytes = try #require(Data(base64Encoded: embedding.base64))
        let packed = stride(from: 0, to: bytes.count, by: 4).map { at in
            Float(bitPattern: bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
        let plain = try JSONDocument(embedding.json.json).root.elements().compactMap(\.double)
        #expect(packed == embedding.values && plain.map { Float($0) } == embedding.values)
        #expect(embedding.values.allSatisfy { (-1...1).contains($0) } && Set(embedding.values).count > 16)
    }

    @Test(
        arguments: [
            ("/v1/chat/completions", "openai-chat", nil, false),
            ("/mistral/v1/chat/completions", "mistral-chat", nil, false),
            ("/v1/responses", "openai-responses", nil, false), ("/v1/embeddings", "openai-embeddings", nil, false),
            ("/v1/messages", "anthropic-messages", nil, false), ("/v2/chat", "cohere-chat", nil, false),
            ("/v1beta/models/sim-1:generateContent", "gemini", "sim-1", false),
            ("/v1/models/sim-1+think%21429:streamGenerateContent", "gemini", "sim-1+think!429", true),
            ("/v1/projects/p/locations/l/publishers/google/models/m:generateContent", "vertex-gemini", "m", false),
            (
                "/v1/projects/p/locations/l/publishers/anthropic/models/m:streamRawPredict", "vertex-anthropic", "m",
                true
            ),
            ("/model/a%2Fb%3A0/converse", "bedrock-converse", "a/b:0", false),
            ("/model/m/converse-stream", "bedrock-converse", "m", true), ("/token", "oauth-token", nil, false),
        ] as [(String, String, String?, Bool)])
    func routes(_ path: String, _ name: String, _ model: String?, _ isStream: Bool) {
        guard case .answer(let spoken, let found, let streams) = Route(method: "POST", path: path[...], headers: [:])
        else {
            Issue.record("no route")
            return
        }
        #expect(spoken.name == name && found == model && streams == isStream)
    }

    @Test(arguments: ["/v1/nothing", "/model/%zz/converse", "/v1beta/models/m:dance", "/models/m", "/"])
    func unknownRoutes(_ path: String) {
        guard case .unknown = Route(method: "POST", path: path[...], headers: [:]) else {
            Issue.record("a route")
            return
        }
    }

    private static let signed =
        "AWS4-HMAC-SHA256 Credential=AKID/20261130/eu-west-1/bedrock/aws4_request, "
        + "SignedHeaders=content-type;host;x-amz-date, Signature=" + String(repeating: "0f", count: 32)

    @Test(arguments: [
        (signed, "20261130T120000Z", true), (signed, "20261129T120000Z", false),
        (signed.replacingOccurrences(of: "bedrock", with: "s3"), "20261130T120000Z", false),
        (signed.replacingOccurrences(of: "host;", with: ""), "20261130T120000Z", false),
        (String(signed.dropLast()), "20261130T120000Z", false), ("Bearer key", "20261130T120000Z", false),
    ])
    func signatures(_ header: String, _ date: String, _ isGood: Bool) {
        let headers = HTTPHeaders([("authorization", header), ("x-amz-date", date)])
        #expect((AuthorizationV4(headers, service: "bedrock")?.accessKeyID == "AKID") == isGood)
    }

    /// Requests that a gateway may get wrong in translating.
    @Test(arguments: [
        (#"{"messages":[{"role":"user","content":"a"}],"max_tokens":5}"#, true),
        (#"{"messages":[{"role":"user","content":"a"}]}"#, false),
        (#"{"messages":[{"role":"system","content":"a"}],"max_tokens":5}"#, false),
        (
            #"{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"x","content":"a"}]}],"#
                + #""max_tokens":5}"#, false
        ),
        (
            #"{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"x","name":"f","input":{}}]},"#
                + #"{"role":"user","content":"a"}],"max_tokens":5}"#, false
        ),
        (
            #"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"other"}]}],"#
                + #""max_tokens":5}"#, false
        ),
    ])
    func anthropicIsStrict(_ members: String, _ isGood: Bool) {
        let body = Array(#"{"model":"sim-1","#.utf8) + members.dropFirst().utf8
        let call = Call(headers: ["anthropic-version": "2023-06-01"], body: body)
        let read = try? AnthropicMessages().read(call)
        #expect((read != nil) == isGood)
        let unversioned = try? AnthropicMessages().read(Call(headers: [:], body: body))
        #expect(unversioned == nil)
    }
}
