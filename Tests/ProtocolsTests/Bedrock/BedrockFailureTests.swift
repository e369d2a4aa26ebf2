import Testing

@testable import Protocols

/// What errors of Bedrock's and Cohere's mean.
@Suite struct BedrockFailureTests {
    typealias Row = (type: String?, status: Int, message: String, kind: ProviderFailure.Kind, retryable: Bool)

    static let rows: [Row] = [
        ("ThrottlingException:http://internal.amazon.com/coral/", 429, "Too many requests", .rateLimited, true),
        ("ThrottlingException", 429, "Too many tokens, please wait before trying again.", .rateLimited, true),
        ("ThrottlingException", 429, "Too many tokens per day, please wait.", .quota, true),
        ("ModelNotReadyException", 429, "m", .overloaded, true),
        ("ServiceQuotaExceededException", 400, "m", .quota, true),
        ("AccessDeniedException", 403, "User is not authorized to perform: bedrock:InvokeModel", .badKey, true),
        (
            "AccessDeniedException", 403, "You don't have access to the model with the specified model ID.",
            .modelNotFound, false
        ),
        ("UnrecognizedClientException", 403, "The security token included is invalid.", .badKey, true),
        ("ExpiredTokenException", 403, "expired", .badKey, true),
        ("InvalidSignatureException", 403, "m", .badKey, true),
        ("ValidationException", 400, "Input is too long for requested model.", .contextTooLong, false),
        ("ValidationException", 400, "The provided model identifier is invalid.", .modelNotFound, false),
        ("ValidationException", 400, "messages: m", .badRequest, false),
        ("ResourceNotFoundException", 404, "m", .modelNotFound, false),
        ("ModelErrorException", 424, "m", .serverError, true),
        ("ModelTimeoutException", 408, "m", .serverError, true),
        ("InternalServerException", 500, "m", .serverError, true),
        ("ServiceUnavailableException", 503, "m", .overloaded, true), (nil, 403, "m", .badKey, true),
    ]

    @Test(arguments: rows) func classifiesByTheHeader(_ row: Row) {
        let failure = ProviderFailure.classify(
            status: row.status, body: Array("{\"message\":\"\(row.message)\"}".utf8), dialect: .named("bedrock"),
            errorType: row.type)
        #expect(failure.kind == row.kind && failure.isRetryable == row.retryable && failure.message == row.message)
        #expect(failure.type == row.type?.split(separator: ":").first.map(String.init))
    }

    @Test func readsTheTypeInTheBody() {
        let body = #"{"__type":"com.amazon.coral.service#UnrecognizedClientException","Message":"m"}"#
        let failure = ProviderFailure.classify(status: 400, body: Array(body.utf8), dialect: .named("bedrock"))
        #expect(failure.kind == .badKey && failure.message == "m" && failure.type == "UnrecognizedClientException")
    }

    static let exceptions: [(type: String, message: String, kind: ProviderFailure.Kind)] = [
        ("internalServerException", "m", .serverError), ("modelStreamErrorException", "m", .serverError),
        ("validationException", "m", .badRequest), ("validationException", "Input is too long.", .contextTooLong),
        ("throttlingException", "Too many tokens", .rateLimited), ("serviceUnavailableException", "m", .overloaded),
        ("newException", "m", .unknown),
    ]

    @Test(arguments: exceptions)
    func classifiesExceptionsOfStreams(_ row: (type: String, message: String, kind: ProviderFailure.Kind)) throws {
        var parser = ProviderDialect.named("bedrock").streamParser(maximumEventSize: 1_000)
        parser.append(BedrockGoldens.stream([("!" + row.type, "{\"message\":\"\(row.message)\"}")]))
        var reader = BedrockAnswerReader()
        let event = try #require(try parser.next())
        let error = try #require(try reader.read(event).error)
        let failure = ProviderFailure.classify(error: error, dialect: .named("bedrock"))
        #expect(failure.kind == row.kind && failure.message == row.message && failure.type == row.type)
    }

    static let cohere: [(status: Int, message: String, kind: ProviderFailure.Kind)] = [
        (401, "invalid api token", .badKey), (498, "m", .badKey), (402, "m", .quota),
        (429, "Trial key, limited to 1000 API calls / month.", .quota),
        (429, "Trial key, limited to 20 API calls / minute.", .rateLimited),
        (400, "too many tokens: size limit exceeded by 7", .contextTooLong), (400, "m", .badRequest),
        (404, "model 'x' not found", .modelNotFound), (499, "m", .serverError), (500, "m", .serverError),
    ]

    @Test(arguments: cohere)
    func classifiesCoheres(_ row: (status: Int, message: String, kind: ProviderFailure.Kind)) {
        let failure = ProviderFailure.classify(
            status: row.status, body: Array("{\"message\":\"\(row.message)\"}".utf8), dialect: .named("cohere"))
        #expect(failure.kind == row.kind && failure.message == row.message)
    }
}
