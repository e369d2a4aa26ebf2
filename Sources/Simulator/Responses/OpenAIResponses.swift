/// OpenAI's Responses, without state: nothing is kept between two requests.
struct OpenAIResponses: SimulatedProtocol {
    var name: String { "openai-responses" }

    func answerID(_ sequence: Int) -> String { "resp_sim_\(sequence)" }
    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        var reader = ResponsesReader()
        return try reader.read(call.body)
    }

    func voice(_ answer: Answer, withUsage: Bool) -> any Voice {
        ResponsesVoice(answer, id: answerID(answer.sequence), withUsage: withUsage)
    }

    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        OpenAIError.answer(refusal, retryAfter: retryAfter)
    }
}
