import JSON
import Testing

@testable import Protocols

@Suite struct ProviderFailureTests {
    typealias Row = (provider: String, status: Int, body: String, kind: ProviderFailure.Kind, retryable: Bool)

    static let rows: [Row] = [
        (
            "openai", 401,
            #"{"error":{"message":"Incorrect API key provided: sk-abc","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
            .badKey, true
        ),
        (
            "openai", 429,
            #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
            .quota, true
        ),
        ("openai", 429, #"{"error":{"message":"x","type":"y","code":"project_spend_limit_exceeded"}}"#, .quota, true),
        (
            "openai", 429, #"{"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}"#,
            .rateLimited, true
        ),
        (
            "openai", 400,
            #"{"error":{"message":"This model's maximum context length is 128000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            .contextTooLong, false
        ),
        (
            "openai", 400,
            #"{"error":{"message":"Unsupported parameter","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
            .badRequest, false
        ),
        (
            "openai", 404,
            #"{"error":{"message":"The model `x` does not exist","type":"invalid_request_error","code":"model_not_found"}}"#,
            .modelNotFound, false
        ),
        (
            "openai", 500, #"{"error":{"message":"The server had an error","type":"server_error","code":null}}"#,
            .serverError, true
        ),
        ("openai", 503, "", .overloaded, true), ("openai", 409, "{}", .serverError, true),
        (
            "azure", 400,
            #"{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            .filtered, false
        ),
        ("azure", 401, #"{"error":{"code":"401","message":"Access denied"}}"#, .badKey, true),
        ("azure", 404, #"{"error":{"code":"DeploymentNotFound","message":"x"}}"#, .modelNotFound, false),
        (
            "anthropic", 401,
            #"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"r"}"#,
            .badKey, true
        ),
        ("anthropic", 402, #"{"type":"error","error":{"type":"billing_error","message":"x"}}"#, .quota, true),
        (
            "anthropic", 400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-12-01."}}"#,
            .quota, true
        ),
        (
            "anthropic", 429,
            #"{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
            .quota, true
        ),
        ("anthropic", 429, #"{"type":"error","error":{"type":"rate_limit_error","message":"x"}}"#, .rateLimited, true),
        (
            "anthropic", 400,
            #"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
            .contextTooLong, false
        ),
        (
            "anthropic", 413, #"{"type":"error","error":{"type":"request_too_large","message":"x"}}"#, .contextTooLong,
            false
        ),
        (
            "anthropic", 529, #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            .overloaded, true
        ),
        ("anthropic", 403, #"{"type":"error","error":{"type":"permission_error","message":"x"}}"#, .badKey, true),
        (
            "gemini", 400,
            #"[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}]"#,
            .badKey, true
        ),
        ("gemini", 400, #"{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}}"#, .badRequest, false),
        (
            "gemini", 400,
            #"{"error":{"code":400,"message":"The input token count (9) exceeds the maximum number of tokens allowed (8).","status":"INVALID_ARGUMENT"}}"#,
            .contextTooLong, false
        ),
        ("gemini", 400, #"{"error":{"code":400,"message":"x","status":"FAILED_PRECONDITION"}}"#, .quota, true),
        (
            "gemini", 429,
            #"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}"#,
            .quota, true
        ),
        (
            "gemini", 429,
            #"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]}]}}"#,
            .rateLimited, true
        ),
        ("mistral", 401, #"{"detail":"Unauthorized"}"#, .badKey, true),
        (
            "mistral", 422, #"{"detail":[{"loc":["body"],"msg":"field required","type":"value_error"}]}"#, .badRequest,
            false
        ),
        (
            "mistral", 400,
            #"{"object":"error","message":"Prompt contains 9 tokens, too many tokens","type":"invalid_request_error","param":null,"code":"3051"}"#,
            .contextTooLong, false
        ),
        (
            "groq", 413,
            #"{"error":{"message":"Request too large for model","type":"tokens","code":"rate_limit_exceeded"}}"#,
            .rateLimited, false
        ),
        (
            "groq", 400, #"{"error":{"message":"x","type":"invalid_request_error","code":"tool_use_failed"}}"#,
            .badRequest, true
        ),
        ("groq", 498, #"{"error":{"message":"x"}}"#, .overloaded, true),
        ("fireworks", 412, #"{"error":{"message":"suspended"}}"#, .badKey, true),
        ("fireworks", 408, "", .serverError, true),
        (
            "xai", 400,
            #"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xa***zz."}"#, .badKey,
            true
        ),
        (
            "xai", 429,
            #"{"code":"x","error":"Your team has either used all available credits or reached its monthly spending limit."}"#,
            .quota, true
        ),
        (
            "xai", 400,
            #"{"code":"x","error":"This model's maximum prompt length is 10 but the request contains 11 tokens."}"#,
            .contextTooLong, false
        ),
        (
            "deepseek", 402,
            #"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#,
            .quota, true
        ),
        (
            "openrouter", 402,
            #"{"error":{"code":402,"message":"x","metadata":{"limit_source":"openrouter_in_flight_budget"}}}"#,
            .rateLimited, true
        ),
        ("openrouter", 403, #"{"error":{"code":403,"message":"flagged"}}"#, .filtered, false),
        (
            "openrouter", 400,
            #"{"error":{"code":400,"message":"x","metadata":{"error_type":"context_length_exceeded"}}}"#,
            .contextTooLong, false
        ),
        ("openrouter", 200, #"{"error":{"code":502,"message":"x"}}"#, .serverError, true),
        (
            "vllm", 400,
            #"{"error":{"message":"This model's maximum context length is 8 tokens","type":"BadRequestError","param":null,"code":400}}"#,
            .contextTooLong, false
        ),
        ("vllm", 401, #"{"error":"Unauthorized"}"#, .badKey, true),
        ("default", 502, "<html><body>Bad Gateway</body></html>", .serverError, true),
        ("default", 200, #"{"error":{"message":"x"}}"#, .unknown, true),
        ("default", 200, #"{"error":{"message":"x","type":"server_error"}}"#, .serverError, true),
        ("default", 418, "teapot", .badRequest, false),
    ]

    @Test(arguments: rows)
    func classifies(_ row: Row) {
        let failure = ProviderFailure.classify(
            status: row.status, body: Array(row.body.utf8), dialect: .named(row.provider))
        #expect(failure.kind == row.kind)
        #expect(failure.isRetryable == row.retryable)
    }

    static let messages: [(body: String, message: String, type: String?, code: String?)] = [
        (#"{"error":{"message":"m","type":"t","code":"c"}}"#, "m", "t", "c"),
        (#"{"error":{"message":"m","type":null,"code":429}}"#, "m", nil, "429"),
        (#"{"code":"c","error":"m"}"#, "m", nil, "c"), (#"{"message":"m"}"#, "m", nil, nil),
        (#"{"detail":"m"}"#, "m", nil, nil), (#"{"detail":[{"msg":"m"}]}"#, "m", nil, nil),
        (#"[{"error":{"message":"m"}}]"#, "m", nil, nil), ("plain\ntext", "plain text", nil, nil),
        ("\n<html>secret page</html>", "", nil, nil), ("", "", nil, nil), ("null", "", nil, nil), ("[]", "", nil, nil),
    ]

    @Test(arguments: messages)
    func readsEnvelopes(_ row: (body: String, message: String, type: String?, code: String?)) {
        let failure = ProviderFailure.classify(status: 400, body: Array(row.body.utf8), dialect: .compatible)
        #expect(failure.message == row.message)
        #expect(failure.type == row.type)
        #expect(failure.code == row.code)
    }

    @Test(arguments: [("34.4s", 34_400), ("0s", 0), ("1h", nil), ("-1s", nil), ("nans", nil)] as [(String, Int64?)])
    func readsTheDelayGoogleAsksFor(_ row: (String, Int64?)) {
        let body = #"{"error":{"code":429,"details":[{"retryDelay":"\#(row.0)"}]}}"#
        let failure = ProviderFailure.classify(status: 429, body: Array(body.utf8), dialect: .named("gemini"))
        #expect(failure.retryDelay == row.1)
    }

    @Test func readsAStreamsError() throws {
        let error = try JSONDocument(#"{"message":"Overloaded sk-123456","type":"overloaded_error"}"#).root
        let failure = ProviderFailure.classify(error: error, dialect: .compatible)
        #expect(failure.kind == .overloaded)
        #expect(failure.message == "Overloaded ***")
    }

    static let redactions: [(String, String)] = [
        ("Incorrect API key provided: sk-proj-abc123. You can", "Incorrect API key provided: *** You can"),
        ("provided: sk-ab***********xyz", "provided: ***"), ("provided: xa***zz!", "provided: ***!"),
        ("Authorization: Bearer abc", "Authorization: Bearer ***"), ("bearer \"abc\" x", "bearer \"***\" x"),
        ("GET /v1?key=abc&x=1", "GET /v1?key=***&x=1"), ("api_key=\"abc\" then", "api_key=\"***\" then"),
        ("AIzaSyA1234567890", "***"), ("gsk_abcdef", "***"),
        ("token 0123456789abcdef0123456789abcdef end", "token *** end"),
        ("claude-sonnet-4-5-20250929 is not a key", "claude-sonnet-4-5-20250929 is not a key"),
        ("prompt is too long: 210000 tokens > 200000 maximum", "prompt is too long: 210000 tokens > 200000 maximum"),
        ("my literal-pw here", "my *** here"), ("a\u{0}b\u{1b}[31m\nc", "a b [31m c"), ("x=1 monkey", "x=1 monkey"),
    ]

    @Test(arguments: redactions)
    func removesSecrets(_ row: (String, String)) {
        #expect(Redaction.clean(row.0.utf8, secrets: ["literal-pw", ""]) == row.1)
    }

    @Test func boundsMessages() {
        let cut = Redaction.clean(String(repeating: "é ", count: 10_000).utf8)
        #expect(cut.utf8.count <= Redaction.maximumByteCount && cut.utf8.count > Redaction.maximumByteCount - 4)
        #expect(!cut.contains("\u{FFFD}"))
        #expect(Redaction.clean(String(repeating: "a", count: 100_000).utf8).utf8.count <= 3)
    }
}
