/// What a run may consume, before it is sent: what its hold is made of.
package struct Foreseen: Hashable, Sendable {
    /// Tokens of all kinds together.
    package var input: Int64
    /// Tokens of all choices and kinds together.
    package var output: Int64
    package var images: Int64
    package var toolCalls: Int64
    /// Whether input may be sound.
    package var mayBeSound: Bool

    package init(input: Int64, output: Int64, images: Int64 = 0, toolCalls: Int64 = 0, mayBeSound: Bool = false) {
        self.input = input
        self.output = output
        self.images = images
        self.toolCalls = toolCalls
        self.mayBeSound = mayBeSound
    }
}

/// A provider's request as far as its cost follows from it.
package struct RequestMeasure: Hashable, Sendable {
    /// Of the whole body, in UTF-8.
    package var bytes: Int
    package var attachments = AttachmentTokens()
    /// Tokens of each choice: the maximum that is sent to the provider.
    package var maximumOutput: Int64
    package var choices: Int64
    /// Of a `prediction`: what the model does not take of it is billed as output.
    package var predictionBytes = 0
    /// Whether it brings tools, of whatever kind.
    package var hasTools = false
    /// Whether it asks for tools that the provider runs and bills by the call.
    package var asksForProviderTools = false
    /// Whether it asks for images as output.
    package var asksForImages = false

    package init(bytes: Int, maximumOutput: Int64, choices: Int64) {
        self.bytes = bytes
        self.maximumOutput = maximumOutput
        self.choices = choices
    }

    /// The most images that a choice makes: beyond what any provider documents of an answer.
    private static let imagesPerChoice: Int64 = 10
    /// What a search is likely to add to the input: what OpenAI bills for one where it bills a fixed number.
    private static let likelyToolResults: Int64 = 8_000

    private var textBytes: Int { max(0, bytes - attachments.inlineBytes) }

    /// The most output tokens of all choices together.
    package var outputBound: Int64 { (maximumOutput + Int64(predictionBytes)) * choices }

    /// The most that it can consume. No tokenizer makes more tokens of a text than it has bytes, and the JSON around it
    /// has more of them than providers add to a message; what bytes do not tell has an allowance.
    package func most(_ allowances: Allowances) -> Foreseen {
        var input = Int64(textBytes) + attachments.most
        if hasTools { input += Allowances.toolPrompt }
        if asksForProviderTools { input += allowances.toolResults * choices }
        return Foreseen(
            input: input, output: outputBound, images: asksForImages ? Self.imagesPerChoice * choices : 0,
            toolCalls: asksForProviderTools ? allowances.toolCalls * choices : 0,
            mayBeSound: attachments.mayBeSound)
    }

    /// Input tokens that it is likely to have: what a run is charged whose provider says nothing.
    package var likelyInput: Int64 { MeteredUsage.tokens(forBytes: textBytes) + attachments.likely }

    /// What a run comes to whose provider does not say.
    /// - Parameters:
    ///   - outputBytes: of what it answered, in UTF-8.
    ///   - spokenBytes: of what it said aloud, as text: a token each, since speech has some 15 letters a second, and
    ///     OpenAI makes 20 tokens of it.
    package func estimate(outputBytes: Int, spokenBytes: Int = 0) -> MeteredUsage {
        let spoken = min(Int64(spokenBytes), outputBound)
        let written = min(MeteredUsage.tokens(forBytes: outputBytes), outputBound - spoken)
        return MeteredUsage(
            Usage(uncachedInput: likelyInput, output: written, audioOutput: spoken), isEstimated: true)
    }

    /// What it is likely to consume: what is held where an organization's terms ask for estimates. Never more than
    /// `most`, and never nothing.
    package func likely(_ allowances: Allowances) -> Foreseen {
        let most = most(allowances)
        var input = likelyInput
        if asksForProviderTools { input += Self.likelyToolResults * choices }
        return Foreseen(
            input: max(1, min(input, most.input)), output: min(Self.likelyOutput(maximumOutput) * choices, most.output),
            images: min(choices, most.images), toolCalls: min(choices, most.toolCalls), mayBeSound: most.mayBeSound)
    }

    /// Tokens that a choice is likely to have: a quarter of its maximum, yet at least 256 and at most 2,048.
    ///
    /// A small maximum was set by somebody who knows the answers, and they come near it. A large one is mostly the
    /// model's own, of tens of thousands, which says nothing of an answer: those, with their reasoning, have hundreds to
    /// one or two thousand.
    package static func likelyOutput(_ maximum: Int64) -> Int64 { min(maximum, max(256, min(maximum / 4, 2_048))) }
}

extension Price {
    /// The most that so much can cost; see `bound(inputTokens:…)`.
    package func bound(_ foreseen: Foreseen, attempts: Int = 1) -> NanoCredits {
        bound(
            inputTokens: foreseen.input, outputTokens: foreseen.output, images: foreseen.images,
            toolCalls: foreseen.toolCalls, mayBeSound: foreseen.mayBeSound, attempts: attempts)
    }
}
