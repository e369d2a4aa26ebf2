import Testing

@testable import Protocols

@Suite struct VertexTests {
    private static let place = "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4"

    @Test(arguments: [
        ("gemini-2.5-pro", false, "/publishers/google/models/gemini-2.5-pro:generateContent"),
        ("gemini-2.5-pro", true, "/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse"),
        ("claude-opus-4-1@20250805", false, "/publishers/anthropic/models/claude-opus-4-1@20250805:rawPredict"),
        ("claude-opus-4-1@20250805", true, "/publishers/anthropic/models/claude-opus-4-1@20250805:streamRawPredict"),
        ("endpoints/123", false, "/endpoints/123:generateContent"),
        ("publishers/anthropic/models/claude-x", false, "/publishers/anthropic/models/claude-x:rawPredict"),
        ("../../a?b#c", false, "/publishers/google/models/a%3Fb%23c:generateContent"),
    ])
    func aModelHasItsPlace(row: (model: String, stream: Bool, path: String)) {
        let dialect = ProviderDialect.named("vertex").speaking(responses: false, model: row.model)
        for base in ["", "/", "/publishers/google", "/publishers/google/", "/publishers/anthropic"] {
            #expect(dialect.url(base: Self.place + base, model: row.model, stream: row.stream) == Self.place + row.path)
        }
    }

    @Test func onlyClaudeAtVertexSpeaksAnthropics() {
        #expect(ProviderDialect.named("vertex").speaking(responses: false, model: "claude-x").wire == .anthropic)
        #expect(ProviderDialect.named("vertex").speaking(responses: true, model: "gemini-x").wire == .gemini)
        #expect(ProviderDialect.named("bedrock").speaking(responses: false, model: "claude-x").wire == .bedrock)
        #expect(ProviderDialect.named("openrouter").speaking(responses: false, model: "claude-x").wire == .chat)
        #expect(ProviderDialect.named("mine", habitsOf: "vertex").platform == .vertex)
    }

    @Test func theProtocolsVersionIsNoHeaderThere() {
        var call = RunCall()
        call.spoken = .anthropic
        call.protocolHeaders = [("anthropic-version", "2023-06-01"), ("anthropic-beta", "x")]
        let dialect = ProviderDialect.named("vertex").speaking(responses: false, model: "claude-x")
        #expect(dialect.headers(for: call).map(\.name) == ["anthropic-beta"])
        call.spoken = .chat
        #expect(dialect.headers(for: call).isEmpty)
        #expect(ProviderDialect.named("anthropic").headers(for: call).map(\.name) == ["anthropic-version"])
    }

    @Test func bedrockIsWhereItsRegionIs() throws {
        let secret = #"{"access_key_id":"A","secret_access_key":"s","session_token":"t","region":"eu-central-1"}"#
        let credential = try ProviderCredential(secret, for: .bedrock)
        #expect(credential.baseURL == "https://bedrock-runtime.eu-central-1.amazonaws.com")
        #expect(credential.secrets == ["s", "t"] && !"\(credential)".contains("eu-"))
        #expect(BedrockCredential.baseURL(region: "cn-north-1").hasSuffix(".cn-north-1.amazonaws.com.cn"))
        #expect(try ProviderCredential("api-key", for: .bedrock).baseURL == nil)
        for (host, region) in [
            ("bedrock-runtime.us-east-1.amazonaws.com", "us-east-1"),
            ("Bedrock-Runtime-FIPS.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("vpce-1.bedrock-runtime.ap-south-1.vpce.amazonaws.com", "ap-south-1"),
            ("bedrock-runtime.cn-north-1.amazonaws.com.cn", "cn-north-1"), ("127.0.0.1", nil), ("bedrock-runtime", nil),
            ("bedrock-runtime.us-east-1.example.com", nil),
        ] {
            #expect(BedrockCredential.region(ofHost: host) == region)
        }
    }

    @Test func streamsAreKnownByTheirType() {
        var call = RunCall()
        call.stream = true
        let accept = ProviderDialect.named("bedrock").headers(for: call)
        #expect(accept.map(\.name) == ["Accept"] && accept.map(\.value) == ["application/vnd.amazon.eventstream"])
        #expect(ProviderDialect.named("cohere").streamType == "text/event-stream")
    }
}
