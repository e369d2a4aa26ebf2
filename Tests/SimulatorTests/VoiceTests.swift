import JSON
import NIOHTTP1
import Testing

@testable import Simulator

/// What holds in every protocol.
@Suite struct VoiceTests {
    static let all: [any SimulatedProtocol] = [
        OpenAIChat(), OpenAIChat(variant: .mistral), OpenAIChat(variant: .groq), OpenAIChat(variant: .xai),
        OpenAIResponses(), AnthropicMessages(), GeminiContent(), CohereChat(),
    ]
    private static let features = ["", "+think", "+think+tools", "+refuse", "+cache", "+look+think"]

    private static func answer(_ spoken: any SimulatedProtocol, _ features: String) throws -> Answer {
        var inquiry = Inquiry(model: "sim-1" + features)
        inquiry.turns = [Inquiry.Turn(role: .user, text: "say \"this\"\nand \\that")]
        let schema = try JSONDocument(#"{"properties":{"a\"b":{"type":"string"}}}"#).root
        inquiry.tools = ["first", "se\"cond"].map { Inquiry.Tool(name: $0, parameters: schema) }
        return Answer(inquiry, traits: spoken.traits, fault: nil, sequence: 7, configuredTokens: 5, created: 1)
    }

    private static func stream(_ spoken: any SimulatedProtocol, _ answer: Answer, withUsage: Bool) -> String {
        var voice = spoken.voice(answer, withUsage: withUsage)
        var narration = Narration(answer, traits: spoken.traits)
        var bytes: [UInt8] = []
        while let moment = narration.next() { bytes += voice.say(moment) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func data(_ stream: String) -> [Substring] {
        stream.split { $0.isNewline }.filter { $0.hasPrefix("data: ") }.map { $0.dropFirst("data: ".count) }
    }

    @Test(arguments: all.indices, features)
    func allIsJSON(_ index: Int, _ features: String) throws {
        let spoken = Self.all[index]
        let answer = try Self.answer(spoken, features)
        let whole = spoken.voice(answer, withUsage: true).whole()
        #expect(try JSONDocument(whole).root.kind == .object)
        let events = Self.data(Self.stream(spoken, answer, withUsage: true))
        for event in events where event != "[DONE]" { _ = try JSONDocument(String(event)) }
        #expect(!events.isEmpty && (events.last == "[DONE]") == (spoken is OpenAIChat))
    }

    /// Nothing tells what was used where the fault is that nothing does.
    @Test(arguments: all.indices, features)
    func usageCanBeWithheld(_ index: Int, _ features: String) throws {
        let spoken = Self.all[index]
        let answer = try Self.answer(spoken, features)
        let said = spoken.voice(answer, withUsage: false).whole() + Self.stream(spoken, answer, withUsage: false)
        let plain = said.replacing("\"max_output_tokens\"", with: "")
        for word in ["_tokens\"", "TokenCount\"", "Tokens\""] { #expect(!plain.contains(word)) }
    }

    @Test(arguments: all.indices)
    func brokenEventsAreNoJSON(_ index: Int) throws {
        let spoken = Self.all[index]
        var voice = spoken.voice(try Self.answer(spoken, ""), withUsage: true)
        let broken = Self.data(String(decoding: voice.brokenEvent(), as: UTF8.self))
        #expect(broken.count == 1 && (try? JSONDocument(String(broken.first ?? ""))) == nil)
        let error = String(decoding: voice.errorEvent(), as: UTF8.self)
        #expect(error.contains("The server had an error."))
    }

    @Test(arguments: all.indices)
    func everyRefusalHasAnEnvelope(_ index: Int) throws {
        for refusal in Fault.allCases.compactMap({ Refusal($0) }) + [.badRequest("no"), .tooLarge, .unknownRoute] {
            let error = Self.all[index].error(refusal, retryAfter: 3, sequence: 1)
            #expect((400..<600).contains(error.status))
            #expect(try JSONDocument(error.body.json).root.kind == .object)
        }
    }
}
