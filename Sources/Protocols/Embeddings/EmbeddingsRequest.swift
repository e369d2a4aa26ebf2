import Domain
import JSON

/// The body of `POST /v1/embeddings`, as OpenAI's SDKs send it.
package struct EmbeddingsRequest: Sendable {
    /// How vectors are written.
    package enum Encoding: String, Sendable {
        /// As arrays of numbers.
        case floats = "float"
        /// As base64 of little-endian 32-bit floats. OpenAI's SDKs ask for it by themselves.
        case base64
    }

    package var model: String?
    /// All that was asked, `model` included; a view of the request's own bytes.
    package let root: JSONValue
    /// How many vectors are asked for, at least 1.
    package let inputCount: Int
    /// UTF-8 bytes of the texts to embed, for an estimate of tokens.
    package let textByteCount: Int
    /// Tokens to embed, of inputs that are given as token numbers.
    package let tokenCount: Int64
    package let encoding: Encoding

    /// The most inputs that OpenAI takes at once.
    package static let maximumInputs = 2_048

    package init(_ document: JSONDocument) throws(RequestFault) {
        root = document.root
        var input: JSONValue?
        var encoding = Encoding.floats
        for field in try RunCall.fields(document) {
            switch field.name {
            case "model":
                guard let model = field.value.string else { throw RequestFault("Must be a string.", param: "model") }
                self.model = model
            case "input": input = field.value
            case "encoding_format":
                guard let known = field.value.string.flatMap(Encoding.init(rawValue:)) else {
                    throw RequestFault("Must be float or base64.", param: "encoding_format")
                }
                encoding = known
            case "dimensions": _ = try RunCall.integer(field, in: 1...Int64(UInt16.max))
            case "stream":
                guard try !RunCall.bool(field) else {
                    throw RequestFault("Embeddings are not streamed.", param: "stream")
                }
            case _: continue
            }
        }
        self.encoding = encoding
        guard let input else { throw RequestFault("The field is required.", param: "input") }
        let measure = try EmbeddingsMeasure(input)
        inputCount = measure.inputs
        textByteCount = measure.bytes
        tokenCount = measure.tokens
    }

    package var call: RunCall {
        var call = RunCall()
        call.spoken = .embeddings
        call.model = model
        call.embeddings = self
        return call
    }

    /// The body for a provider: the client's own, with the version's model, and its parameters where the client may not
    /// or does not say. Vectors come in the encoding that the version asks for, since not every provider has both, and go
    /// out in the client's.
    ///
    /// - Parameter setAside: names of fields that are the version's to say.
    package func body(_ version: ChatBody.Version, without setAside: Set<String> = []) -> ProviderBody {
        var ignored: [String] = []
        var said: Set<String> = ["model", "stream"]
        let decided = Set(version.parameters.map(\.name)).subtracting(version.overridable)
        var writer = JSONWriter(capacity: root.range.count + version.model.utf8.count + 64)
        writer.beginObject()
        writer.member("model", version.model)
        for member in (try? root.members()) ?? [] where !member.value.isNull && !said.contains(member.name) {
            if decided.contains(member.name) || setAside.contains(member.name) {
                if member.name != "encoding_format" { ignored.append(member.name) }
                continue
            }
            said.insert(member.name)
            writer.key(member.name)
            writer.value(member.value)
        }
        for parameter in version.parameters where !said.contains(parameter.name) {
            writer.key(parameter.name)
            writer.raw(parameter.json)
        }
        writer.endObject()
        return ProviderBody(bytes: writer.bytes, ignored: ignored)
    }
}

/// What an embeddings request's `input` comes to: a text, texts, token numbers, or lists of them.
private struct EmbeddingsMeasure {
    var inputs = 0
    var bytes = 0
    var tokens: Int64 = 0

    init(_ input: JSONValue) throws(RequestFault) {
        if input.kind == .string {
            try add(text: input, at: "input")
            return
        }
        guard input.kind == .array else {
            throw RequestFault("Must be a string, or an array of strings or of tokens.", param: "input")
        }
        let elements = input.elements()
        guard let first = elements.first else { throw RequestFault("Must not be empty.", param: "input") }
        if first.kind == .number {
            try add(tokens: elements, at: "input")
            return
        }
        guard elements.count <= EmbeddingsRequest.maximumInputs else {
            throw RequestFault("There are more than \(EmbeddingsRequest.maximumInputs) inputs.", param: "input")
        }
        for (index, element) in elements.enumerated() {
            let place = "input[\(index)]"
            guard element.kind == first.kind else {
                throw RequestFault("Must be of the same kind as the first.", param: place)
            }
            if element.kind == .string {
                try add(text: element, at: place)
            } else if element.kind == .array {
                try add(tokens: element.elements(), at: place)
            } else {
                throw RequestFault("Must be a string or an array of tokens.", param: place)
            }
        }
    }

    private mutating func add(text: JSONValue, at place: String) throws(RequestFault) {
        let count = text.decodedByteCount
        guard count > 0 else { throw RequestFault("Must not be empty.", param: place) }
        inputs += 1
        bytes += count
    }

    private mutating func add(tokens: [JSONValue], at place: String) throws(RequestFault) {
        guard !tokens.isEmpty else { throw RequestFault("Must not be empty.", param: place) }
        for (index, token) in tokens.enumerated() {
            guard let number = token.int, (0...Int64(UInt32.max)).contains(number) else {
                throw RequestFault("Must be a token's number.", param: "\(place)[\(index)]")
            }
        }
        inputs += 1
        self.tokens += Int64(tokens.count)
    }
}
