import Domain
import JSON

/// What is asked of a model, whichever protocol it was asked in: the canonical middle of requests. Values are views of the
/// bytes they came in.
///
/// A version's messages and parameters, and a request in any protocol, are read into one; `Outgoing` joins the
/// two; each protocol's encoder writes one.
package struct Conversation: Sendable {
    package var turns: [Turn] = []
    package var tools: [Tool] = []
    package var settings = Settings()
    /// Fields that mean nothing outside their own protocol, by name: a version's go to a provider that speaks it, a
    /// request's are set aside.
    package var foreign: [Field] = []
    /// What its protocol calls the settings, where that is not their own name.
    package var spelling: [Settings.Name: String] = [:]

    package init() {}

    /// Adds what a tool answered. Results in a row are of one turn; a turn that ends with one has nothing else.
    mutating func append(_ result: Turn.CallResult) {
        let isNext = if case .result? = turns.last?.parts.last { true } else { false }
        if isNext {
            turns[turns.endIndex - 1].parts.append(.result(result))
        } else {
            turns.append(Turn(.user, [.result(result)]))
        }
    }

    package func spelled(_ name: Settings.Name) -> String { spelling[name] ?? name.rawValue }

    /// A field of a body, of whatever meaning.
    package struct Field: Sendable {
        package var name: String
        package var json: ArraySlice<UInt8>
        package init(name: String, json: ArraySlice<UInt8>) {
            self.name = name
            self.json = json
        }
    }
}

/// What one side of a conversation says at a time.
package struct Turn: Sendable {
    package enum Role: Hashable, Sendable {
        /// Instructions, of the operator or of the developer.
        case system, developer
        case user
        case assistant
    }

    package var role: Role
    package var parts: [Part]
    /// What the speaker calls itself.
    package var name: JSONText?

    package init(_ role: Role, _ parts: [Part], name: JSONText? = nil) {
        self.role = role
        self.parts = parts
        self.name = name
    }

    package enum Part: Sendable {
        case text(JSONText)
        case media(Media)
        /// Of the assistant.
        case call(Call)
        /// What a tool answered: of the user, whose turn runs the tools.
        case result(CallResult)
        /// Of the assistant: what it said that it thought, with what the provider wants back.
        case reasoning(JSONText, signature: JSONText?)
        case hiddenReasoning(JSONText)
        case refusal(JSONText)
        /// Of a kind that only its own protocol knows.
        case native(JSONValue)
    }

    package struct Call: Sendable {
        /// Nil in protocols that pair results with calls by name (Gemini).
        package var id: JSONText?
        package var name: JSONText
        /// One JSON object. Of a custom tool any text, as a JSON string.
        package var arguments: ArraySlice<UInt8>
        package var isCustom = false
        /// What the provider wants back with it.
        package var signature: JSONText?

        package init(
            id: JSONText?, name: JSONText, arguments: ArraySlice<UInt8>, isCustom: Bool = false,
            signature: JSONText? = nil
        ) {
            self.id = id
            self.name = name
            self.arguments = arguments
            self.isCustom = isCustom
            self.signature = signature
        }
    }

    package struct CallResult: Sendable {
        package var id: JSONText?
        /// Of the tool; nil where its protocol does not repeat it.
        package var name: JSONText?
        /// Text and media.
        package var content: [Part]
        package var isError: Bool

        package init(id: JSONText?, name: JSONText? = nil, content: [Part], isError: Bool = false) {
            self.id = id
            self.name = name
            self.content = content
            self.isError = isError
        }
    }
}

/// An image, a sound, a file: what is not text.
package struct Media: Sendable {
    package enum Kind: Hashable, Sendable { case image, audio, file, video }

    package enum Source: Sendable {
        /// Base64, which needs no escapes in JSON.
        case base64(JSONText)
        case url(JSONText)
        /// A provider's own id of it.
        case id(JSONText)
        /// A document that is plain text.
        case text(JSONText)
    }

    package var kind: Kind
    package var source: Source
    /// `image/png`; nil where it is not said.
    package var type: String?
    package var name: JSONText?
    /// How closely to look at an image: `low`, `high`, `auto`.
    package var detail: JSONText?

    package init(
        _ kind: Kind, _ source: Source, type: String? = nil, name: JSONText? = nil, detail: JSONText? = nil
    ) {
        self.kind = kind
        self.source = source
        // Not its name, but often written.
        self.type = type == "image/jpg" ? "image/jpeg" : type
        self.name = name
        self.detail = detail
    }
}

/// A tool that the client runs.
package struct Tool: Sendable {
    package var name: JSONText
    package var description: JSONText?
    /// A JSON Schema; nil where the tool takes nothing, or text of any kind.
    package var schema: ArraySlice<UInt8>?
    package var isStrict: Bool?
    /// A tool of another kind, as it came: only a provider of its own protocol knows it.
    package var native: ArraySlice<UInt8>?

    package init(
        name: JSONText, description: JSONText? = nil, schema: ArraySlice<UInt8>? = nil, isStrict: Bool? = nil,
        native: ArraySlice<UInt8>? = nil
    ) {
        self.name = name
        self.description = description
        self.schema = schema
        self.isStrict = isStrict
        self.native = native
    }
}
