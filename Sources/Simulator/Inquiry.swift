import JSON

/// A request as every protocol's reader leaves it: what the answer is decided from.
struct Inquiry {
    struct Turn {
        enum Role { case system, user, assistant, tool }
        var role: Role
        var text: String
        /// Where it came as tokens.
        var tokenCount: Int?
    }

    /// A part that is not text.
    struct Attachment {
        enum Content {
            /// Their number, decoded.
            case bytes(Int)
            case address(String)
        }
        /// `image`, `audio`, `document`, …
        var kind: String
        var mediaType: String?
        var content: Content
    }

    struct Tool {
        var name: String
        /// The schema of its arguments.
        var parameters: JSONValue?
    }

    enum ToolChoice {
        case auto, none, required
        case named(String)
    }

    /// How embeddings are wanted.
    struct Vectors {
        static let usualDimensions = 16
        var dimensions = usualDimensions
        var isBase64 = false
    }

    var model: ModelName
    var turns: [Turn] = []
    var attachments: [Attachment] = []
    var tools: [Tool] = []
    var toolChoice = ToolChoice.auto
    var allowsParallelCalls = true
    /// What to say where JSON is asked for.
    var structured: String?
    /// The most tokens of an answer.
    var maximum: Int?
    var choices = 1
    var isStream = false
    /// Whether a stream is to say what it used, where that is the caller's choice.
    var wantsUsage = true
    /// What the caller calls itself or this call.
    var user: String?
    /// Embeddings are asked for, one of each turn.
    var vectors: Vectors?
    /// Whether reasoning is shown, where that is the caller's choice; it is counted in any case.
    var showsReasoning = true
    /// Whether reasoning comes with its encrypted content, where that is the caller's choice.
    var sealsReasoning = true
    /// Nothing is to be said: the number of tokens, or a token of another kind, is asked for.
    var onlyCounts = false
    /// How long an access token is good.
    var grantedSeconds: Int?

    init(model: String) { self.model = ModelName(model) }

    /// More than any model writes.
    static let maximumTokens = 10_000_000

    /// Throws where no provider would go along.
    func checked() throws(BadRequest) -> Inquiry {
        guard (1...Self.maximumTokens).contains(maximum ?? 1) else {
            throw BadRequest("The most tokens of an answer are from 1 to \(Self.maximumTokens).")
        }
        guard (1...128).contains(choices) else { throw BadRequest("Choices are from 1 to 128.") }
        guard (1...4_096).contains(vectors?.dimensions ?? 1) else { throw BadRequest("Dimensions are from 1 to 4096.") }
        return self
    }

    /// A quarter of the messages' bytes, rounded up; of what came as tokens, their number.
    var promptTokens: Int {
        let bytes = turns.reduce(0) { $0 + ($1.tokenCount == nil ? $1.text.utf8.count : 0) }
        return (bytes + 3) / 4 + turns.reduce(0) { $0 + ($1.tokenCount ?? 0) }
    }

    /// What `+tools` calls.
    var toolsToCall: [Tool] {
        guard turns.last?.role != .tool else { return [] }
        let most = allowsParallelCalls ? 2 : 1
        return switch toolChoice {
        case .none: []
        case .auto, .required: Array(tools.prefix(most))
        case .named(let name): Array(tools.filter { $0.name == name }.prefix(1))
        }
    }
}

/// Why a request could not be read; most often it is a bad one.
struct BadRequest: Error {
    let refusal: Refusal
    init(_ message: String) { refusal = .badRequest(message) }
    init(_ refusal: Refusal) { self.refusal = refusal }
}
