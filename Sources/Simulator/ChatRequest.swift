import FoundationEssentials
import JSON

/// What the simulator reads of a chat completion request.
struct ChatRequest: Decodable {
    struct Message: Decodable {
        var role: String
        var text: String

        private enum Keys: String, CodingKey { case role, content }
        private struct Part: Decodable { var text: String? }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            role = try container.decode(String.self, forKey: .role)
            if try !container.contains(.content) || container.decodeNil(forKey: .content) {
                text = ""
            } else if let whole = try? container.decode(String.self, forKey: .content) {
                text = whole
            } else {
                text = try container.decode([Part].self, forKey: .content).compactMap(\.text).joined(separator: " ")
            }
        }
    }

    struct StreamOptions: Decodable {
        var includeUsage: Bool?
        private enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    private enum CodingKeys: String, CodingKey {
        case model, messages, stream, n, user
        case streamOptions = "stream_options"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }

    var model: String
    var messages: [Message]
    var stream: Bool?
    var streamOptions: StreamOptions?
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var n: Int?
    /// What the caller calls itself or this call.
    var user: String?
    /// What to say where JSON is asked for.
    private(set) var structured: String?

    /// More than any model writes.
    static let maximumTokens = 10_000_000

    /// Nil for anything OpenAI would answer with 400.
    init?(_ body: [UInt8]) {
        guard let decoded = try? JSONDecoder().decode(ChatRequest.self, from: Data(body)) else { return nil }
        guard (1...Self.maximumTokens).contains(decoded.maximum ?? 1), (1...128).contains(decoded.n ?? 1) else {
            return nil
        }
        self = decoded
        structured = (try? JSONDocument(body))?.root.present("response_format").flatMap(SchemaAnswer.text)
    }

    var isStream: Bool { stream == true }
    var wantsUsage: Bool { streamOptions?.includeUsage == true }
    var maximum: Int? { maxCompletionTokens ?? maxTokens }

    /// The name without a fault asked for after `!`.
    var baseModel: String { String(model.prefix { $0 != "!" }) }
    var namedFault: Fault? {
        model.firstIndex(of: "!").flatMap { Fault(rawValue: String(model[model.index(after: $0)...])) }
    }

    /// A quarter of the messages' bytes, rounded up.
    var promptTokens: Int { (messages.reduce(0) { $0 + $1.text.utf8.count } + 3) / 4 }
}
