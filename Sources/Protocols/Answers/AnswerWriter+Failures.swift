// Streams that fail end in these protocols as they would without a word before; those of Responses number their events.

extension ChatAnswerWriter {
    package func fail(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] { error.encodeEvent() }
}

extension AnthropicAnswerWriter {
    package func fail(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] {
        error.encodeAnthropicEvent(status: status, requestID: requestID)
    }
}

extension GeminiAnswerWriter {
    package func fail(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] {
        error.encodeGeminiEvent(status: status)
    }
}
