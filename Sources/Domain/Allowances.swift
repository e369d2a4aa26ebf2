/// What the bytes of a request do not tell, in input tokens, unless said otherwise. `docs/prices.md` has the sources of
/// the figures, and what is held where nobody documents any.
package struct Allowances: Hashable, Sendable {
    /// The most an image comes to: OpenAI's gpt-4o-mini makes 48,169 of the largest, and no other model comes near.
    package var image: Int64 = 50_000
    /// The most a sound comes to that is only named: an hour at Gemini's 32 a second, the most that is documented.
    package var audio: Int64 = 115_200
    /// The most a file comes to that is only named: 100 pages, which is what providers take, with 3,000 each.
    package var file: Int64 = 300_000
    /// The most a video comes to: the context of the models that take any, some 55 minutes at Gemini's 290 a second.
    package var video: Int64 = 1_000_000
    /// The most calls of tools that a provider runs itself, for each choice: no provider lets a request limit them.
    package var toolCalls: Int64 = 10
    /// The most that what such tools find adds to the input, for each choice: OpenAI's limit for searches.
    package var toolResults: Int64 = 128_000

    package init() {}

    /// What a part of a kind that nobody knows comes to at most.
    package var other: Int64 { max(image, audio, file, video) }

    /// What providers put before a prompt that has tools: Anthropic documents 159 to 530 for Claude 3, others nothing.
    static let toolPrompt: Int64 = 1_000
    /// An image that the request says is to be looked at coarsely, where the provider keeps to that (OpenAI: 2,833 at
    /// most, of gpt-4o-mini).
    static let coarseImage: Int64 = 3_000
}

/// Attachments of a request's messages (images, sound, files), in input tokens.
package struct AttachmentTokens: Hashable, Sendable {
    package private(set) var count = 0
    /// The most that all of them come to.
    package private(set) var most: Int64 = 0
    /// What they are likely to come to, for estimates.
    package private(set) var likely: Int64 = 0
    /// Their bytes within the request, which are no text.
    package private(set) var inlineBytes = 0
    /// Whether some of it may be counted as sound.
    package private(set) var mayBeSound = false

    package init() {}

    package enum Kind: Hashable, Sendable {
        case image(isCoarse: Bool)
        case audio, file, video
        /// Of a type that nobody here knows.
        case other

        fileprivate var isSilent: Bool {
            switch self {
            case .image: true
            case .audio, .file, .video, .other: false
            }
        }
    }

    /// - Parameter inline: how many bytes of base64 stand in the request; nil: it is only named, by URL or id.
    package mutating func add(_ kind: Kind, inline: Int?, _ allowances: Allowances) {
        count += 1
        let bytes = Int64(inline ?? 0)
        // What is of no known kind may be text after all.
        if kind != .other { inlineBytes += inline ?? 0 }
        let (most, likely): (Int64, Int64) =
            switch kind {
            case .image(let isCoarse):
                (isCoarse ? min(Allowances.coarseImage, allowances.image) : allowances.image, isCoarse ? 85 : 1_600)
            // 32 tokens a second at 6 kbit/s, the least that Opus has: one for 31 bytes of base64; usual is a tenth.
            case .audio where inline != nil: (bytes / 16 + 1, bytes / 256 + 1)
            case .audio: (allowances.audio, 60 * 32)
            // As text it has no more tokens than bytes, unless it is compressed: then as many as one that is only named.
            // Pages are looked at as images too.
            case .file where inline != nil: (max(allowances.file, bytes + allowances.image), bytes / 32 + 1_600)
            case .file: (allowances.file, 10_000)
            case .video where inline != nil: (allowances.video, bytes / 256 + 290)
            case .video: (allowances.video, 60 * 290)
            case .other: (allowances.other, 1_600)
            }
        self.most += most
        self.likely += min(likely, most)
        if !kind.isSilent { mayBeSound = true }
    }
}
