import JSON

@testable import Protocols

/// An answer and what ended it, a line for each item, for comparing.
struct ResponsesAnswerText {
    static func lines(_ answer: AssembledAnswer) -> [String] {
        answer.items.map { item in
            switch item {
            case .text(let text, let citations):
                "text: \(string(text))" + citations.map { " [\(cited($0))]" }.joined()
            case .refusal(let text): "refusal: \(string(text))"
            case .reasoning(let text, let signature):
                "reasoning: \(string(text))" + (signature.map { " <\($0.string)>" } ?? "")
            case .hiddenReasoning(let data): "hidden: \(data.string)"
            case .call(let call):
                "\(call.head.isCustom ? "custom" : "call"): \(call.head.id?.string ?? "-") \(call.head.name.string) "
                    + string(call.arguments) + (call.signature.map { " <\($0.string)>" } ?? "")
            }
        }
    }

    private static func cited(_ citation: Citation) -> String {
        let range = citation.range.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "-"
        return "\(citation.url?.string ?? "-") \(citation.title?.string ?? "-") \(range)"
    }

    private static func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// A conversation, a line for each turn, for comparing.
struct ConversationText {
    static func lines(_ conversation: Conversation) -> [String] {
        conversation.turns.map { turn in "\(turn.role): " + turn.parts.map(part).joined(separator: " | ") }
    }

    static func part(_ part: Turn.Part) -> String {
        switch part {
        case .text(let text): return text.string
        case .media(let media): return self.media(media)
        case .call(let call):
            return "\(call.isCustom ? "custom" : "call") \(call.id?.string ?? "-") \(call.name.string) "
                + String(decoding: call.arguments, as: UTF8.self) + (call.signature.map { " <\($0.string)>" } ?? "")
        case .result(let result):
            return "result \(result.id?.string ?? "-") (" + result.content.map(Self.part).joined(separator: " | ") + ")"
        case .reasoning(let text, let signature):
            return "thought \(text.string)" + (signature.map { " <\($0.string)>" } ?? "")
        case .hiddenReasoning(let data): return "hidden <\(data.string)>"
        case .refusal(let text): return "refused \(text.string)"
        case .native(let value): return "native " + String(decoding: value.raw, as: UTF8.self)
        }
    }

    private static func media(_ media: Media) -> String {
        let source =
            switch media.source {
            case .base64(let data): "base64 \(data.string)"
            case .url(let url): "url \(url.string)"
            case .id(let id): "id \(id.string)"
            case .text(let text): "text \(text.string)"
            }
        let rest = [media.type, media.name?.string, media.detail?.string].compactMap(\.self)
        return "\(media.kind) " + ([source] + rest).joined(separator: " ")
    }
}
