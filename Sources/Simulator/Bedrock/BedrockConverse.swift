/// Bedrock's Converse and ConverseStream.
struct BedrockConverse: SimulatedProtocol {
    static let service = "bedrock"

    var name: String { "bedrock-converse" }
    var traits: Traits { Traits(saysReasoning: false) }
    var streamType: String { "application/vnd.amazon.eventstream" }

    func answerID(_ sequence: Int) -> String { "bedrock-sim-\(sequence)" }
    func headers(_ sequence: Int) -> [(String, String)] { [("x-amzn-requestid", answerID(sequence))] }

    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        let isBearer = call.headers.first(name: "authorization")?.hasPrefix("Bearer ") == true
        guard isBearer || AuthorizationV4(call.headers, service: Self.service) != nil else {
            throw BadRequest(.unauthorized)
        }
        var reader = BedrockReader()
        return try reader.read(call)
    }

    func voice(_ answer: Answer, withUsage: Bool) -> any Voice { BedrockVoice(answer, withUsage: withUsage) }

    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        let (status, type) = Self.facts(refusal)
        let space = "http://internal.amazon.com/coral/com.amazon.bedrock/"
        var message = refusal.message
        if case .tooLong = refusal { message = "Input is too long for requested model." }
        return ErrorAnswer(
            status: status, headers: [("x-amzn-errortype", "\(type):\(space)")],
            body: ["message": .text(message)])
    }

    private static func facts(_ refusal: Refusal) -> (status: Int, type: String) {
        switch refusal {
        case .badRequest, .tooLarge, .tooLong: (400, "ValidationException")
        case .unknownRoute: (404, "UnknownOperationException")
        case .unauthorized: (403, "UnrecognizedClientException")
        case .forbidden: (403, "AccessDeniedException")
        case .notFound: (404, "ResourceNotFoundException")
        case .rateLimited: (429, "ThrottlingException")
        case .insufficientQuota: (400, "ServiceQuotaExceededException")
        case .serverError: (500, "InternalServerException")
        case .unavailable: (503, "ServiceUnavailableException")
        }
    }
}
