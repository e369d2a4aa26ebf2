import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct EmbeddingsTests {
    private static func request(_ body: String) throws -> EmbeddingsRequest {
        try EmbeddingsRequest(JSONDocument(body))
    }

    private static func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    static let inputs: [(input: String, count: Int, bytes: Int, tokens: Int64)] = [
        (#""H\u00e9""#, 1, 3, 0), (#"["a","bc"]"#, 2, 3, 0), ("[1,2,3]", 1, 0, 3), ("[[1,2],[3]]", 2, 0, 3),
    ]

    @Test(arguments: inputs)
    func measures(_ row: (input: String, count: Int, bytes: Int, tokens: Int64)) throws {
        let request = try Self.request(#"{"model":"m","input":\#(row.input)}"#)
        #expect(request.model == "m" && request.encoding == .floats)
        #expect(request.inputCount == row.count && request.textByteCount == row.bytes)
        #expect(request.tokenCount == row.tokens)
    }

    static let faults: [(String, String?)] = [
        ("{}", "input"), (#"{"input":null}"#, "input"), (#"{"input":""}"#, "input"), (#"{"input":[]}"#, "input"),
        (#"{"input":["a",""]}"#, "input[1]"), (#"{"input":["a",1]}"#, "input[1]"), (#"{"input":[[1],[]]}"#, "input[1]"),
        (#"{"input":[[1],[1,-2]]}"#, "input[1][1]"), (#"{"input":[1,"a"]}"#, "input[1]"), (#"{"input":{}}"#, "input"),
        (#"{"input":[{}]}"#, "input[0]"), (#"{"input":"a","encoding_format":"x"}"#, "encoding_format"),
        (#"{"input":"a","dimensions":0}"#, "dimensions"), (#"{"input":"a","model":1}"#, "model"),
        (#"{"input":"a","input":"b"}"#, "input"), (#"{"input":"a","stream":true}"#, "stream"), ("[]", nil),
    ]

    @Test(arguments: faults) func refuses(_ row: (body: String, param: String?)) {
        let fault = #expect(throws: RequestFault.self) { try Self.request(row.body) }
        #expect(fault?.param == row.param)
    }

    @Test func takesNoMoreInputsThanOpenAIDoes() throws {
        let most = Array(repeating: "\"a\"", count: 2_048).joined(separator: ",")
        #expect(try Self.request(#"{"input":[\#(most)]}"#).inputCount == 2_048)
        #expect(throws: RequestFault.self) { try Self.request(#"{"input":[\#(most),"a"]}"#) }
        // Tokens are not inputs.
        let tokens = Array(repeating: "7", count: 4_000).joined(separator: ",")
        #expect(try Self.request(#"{"input":[\#(tokens)]}"#).tokenCount == 4_000)
    }

    @Test func writesTheProvidersBody() throws {
        let request = try Self.request(
            #"{"input": "a","model":"x","dimensions":256,"encoding_format":"base64","user":null,"new":[1, 2]}"#)
        #expect(request.encoding == .base64)
        #expect(
            Self.text(request.body(ChatBody.Version(model: "e", messages: [])).bytes)
                == #"{"model":"e","input":"a","dimensions":256,"encoding_format":"base64","new":[1, 2]}"#)
    }

    @Test func theVersionsParametersAreTheProviders() throws {
        let request = try Self.request(
            #"{"input":"a","stream":false,"dimensions":256,"encoding_format":"base64","user":"u","provider":"p"}"#)
        let parameters = [("dimensions", "8"), ("encoding_format", #""float""#), ("user", #""v""#), ("new", "1")]
            .map { Parameter(name: $0.0, json: Array($0.1.utf8)) }
        let version = ChatBody.Version(model: "e", messages: [], parameters: parameters, overridable: ["user"])
        let body = request.body(version, without: ["provider"])
        #expect(
            Self.text(body.bytes)
                == #"{"model":"e","input":"a","user":"u","dimensions":8,"encoding_format":"float","new":1}"#)
        // The client gets its encoding all the same.
        #expect(body.ignored == ["dimensions", "provider"])
    }

    /// From Python: `base64.b64encode(struct.pack('<4f', 1, -2.5, 0.1, 1e-8))`.
    static let numbers = "[1.0,-2.5,0.1,1e-08]"
    static let packed = "AACAPwAAIMDNzMw9d8wrMg=="

    @Test func turnsFloatsIntoBase64AndBack() throws {
        #expect(Self.text(EmbeddingVector.base64(try JSONDocument("[1, -2.5, 0.1, 1e-8]").root)) == Self.packed)
        #expect(Self.text(EmbeddingVector.floats(base64: Array(Self.packed.utf8))) == Self.numbers)
        #expect(Self.text(EmbeddingVector.base64(try JSONDocument("[]").root))?.isEmpty == true)
        #expect(Self.text(EmbeddingVector.floats(base64: [])) == "[]")
        for bad in [#"["a"]"#, "[null]", "{}", "1"] {
            #expect(EmbeddingVector.base64(try JSONDocument(bad).root) == nil)
        }
        // Not base64; not whole floats; not a number.
        for bad in ["!!!!", "AAA=", "AADAfw=="] { #expect(EmbeddingVector.floats(base64: Array(bad.utf8)) == nil) }
    }

    static let answer =
        #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1.0,-2.5,0.1,1e-08]},"#
        + #"{"object":"embedding","index":1,"embedding":"AACAPwAAIMDNzMw9d8wrMg=="}],"model":"e-3","usage":{"prompt_tokens":5,"total_tokens":5}}"#

    @Test(arguments: [
        (EmbeddingsRequest.Encoding.base64, "\"\(packed)\""), (.floats, numbers),
    ])
    func answersInTheEncodingThatWasAsked(_ row: (encoding: EmbeddingsRequest.Encoding, vector: String)) throws {
        let answer = try EmbeddingsAnswer(Array(Self.answer.utf8))
        #expect(answer.count == 2 && answer.model == "e-3" && answer.error == nil)
        #expect(answer.usage?.usage == Usage(uncachedInput: 5))
        let body = try #require(try answer.encode(as: row.encoding))
        #expect(
            Self.text(body)
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":\#(row.vector)},"#
                + #"{"object":"embedding","index":1,"embedding":\#(row.vector)}],"model":"e-3","#
                + #""usage":{"prompt_tokens":5,"total_tokens":5}}"#)
        #expect(try EmbeddingsAnswer(body).encode(as: row.encoding) == nil)
    }

    private static func priced(_ body: String, tokens: Int64) throws -> String? {
        let ending = AnswerEnding(
            AnswerOpening(id: "r", model: "m", created: 0, origin: .embeddings), AnswerTally(), finishReason: nil,
            usage: Usage(uncachedInput: tokens), cost: "0.5")
        return text(try EmbeddingsAnswer.pricing(whole: Array(body.utf8), ending))
    }

    @Test func tellsTheCost() throws {
        #expect(
            try Self.priced(#"{"usage":{"prompt_tokens":5,"x":1,"cost":9},"data":[]}"#, tokens: 3)
                == #"{"data":[],"usage":{"prompt_tokens":5,"x":1,"cost":0.5}}"#)
        for told in ["", #","usage":null"#] {
            #expect(
                try Self.priced(#"{"data":[]\#(told)}"#, tokens: 3)
                    == #"{"data":[],"usage":{"prompt_tokens":3,"total_tokens":3,"cost":0.5}}"#)
        }
    }

    /// Two inputs were asked for.
    @Test(arguments: [
        (answer, true), (#"{"data":[{"embedding":[1]}],"usage":{"total_tokens":5}}"#, false),
        (#"{"data":[{"embedding":[1]},{"embedding":null}],"usage":{"total_tokens":5}}"#, false),
        (#"{"data":[{"embedding":[1]},{"embedding":["x"]}],"usage":{"total_tokens":5}}"#, false),
        (#"{"data":[{"embedding":[1]},{"index":1}],"usage":{"total_tokens":5}}"#, false),
    ])
    func anAnswerHasAVectorForEachInput(_ row: (body: String, isAnswer: Bool)) throws {
        var reader = EmbeddingsAnswerReader(to: try Self.request(#"{"input":["a","b"],"encoding_format":"base64"}"#))
        let step = try reader.read(whole: Array(row.body.utf8))
        #expect(step.isAnswer == row.isAnswer && (step.amended != nil) == row.isAnswer)
        // What it says that it consumed is consumed.
        #expect(reader.tally.usage?.usage == Usage(uncachedInput: 5))
    }

    static let usages: [(String, Usage?)] = [
        (#""usage":{"prompt_tokens":0,"total_tokens":0}"#, Usage()),
        (#""usage":{"total_tokens":4}"#, Usage(uncachedInput: 4)), (#""usage":null"#, nil), (#""x":1"#, nil),
        (#""usage":{"prompt_tokens":-1}"#, nil), (#""usage":{"prompt_tokens":1.5}"#, nil),
        (#""usage":{"prompt_tokens":9000000000000}"#, nil),
    ]

    @Test(arguments: usages) func readsUsage(_ row: (json: String, usage: Usage?)) throws {
        #expect(try EmbeddingsAnswer(Array("{\(row.json)}".utf8)).usage?.usage == row.usage)
    }

    @Test func refusesWhatIsNoVector() throws {
        let answer = try EmbeddingsAnswer(Array(#"{"data":[{"embedding":["x"]}]}"#.utf8))
        #expect(throws: JSONFault.self) { try answer.encode(as: .base64) }
        for bad in ["", "[]", "{"] { #expect(throws: JSONFault.self) { try EmbeddingsAnswer(Array(bad.utf8)) } }
        let failed = try EmbeddingsAnswer(Array(#"{"error":{"message":"m"}}"#.utf8))
        #expect(failed.error != nil && failed.count == 0)
    }
}
