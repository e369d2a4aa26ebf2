import Foundation
import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(15)))
struct FeatureTests {
    @Test(
        arguments: [
            ("sim-1", "sim-1", [], nil, true), ("sim-1!429", "sim-1", [], Fault.rateLimited, true),
            ("sim-1+think+tools!slow", "sim-1", [.think, .tools], .slow, true),
            ("sim-1+dance", "sim-1", [], nil, false), ("a/b", "a/b", [], nil, true), ("", "", [], nil, true),
        ] as [(String, String, Set<ModelName.Feature>, Fault?, Bool)])
    func names(_ name: String, _ base: String, _ features: Set<ModelName.Feature>, _ fault: Fault?, _ known: Bool) {
        let model = ModelName(name)
        #expect(model.whole == name && model.base == base && model.features == features)
        #expect(model.fault == fault && model.isKnown == known)
    }

    private static func answer(_ name: String, _ change: (inout Inquiry) -> Void = { _ in }) -> Answer {
        var inquiry = Inquiry(model: name)
        inquiry.turns = [Inquiry.Turn(role: .user, text: "0123456789abcdef")]
        inquiry.tools = ["a", "b", "c"].map { Inquiry.Tool(name: $0) }
        change(&inquiry)
        return Answer(inquiry, traits: Traits(), fault: nil, sequence: 1, configuredTokens: 4, created: 0)
    }

    private static func calls(_ answer: Answer) -> [String] {
        answer.blocks.compactMap { if case .call(_, let name) = $0.kind { name } else { nil } }
    }

    @Test func tools() {
        let both = Self.answer("sim-1+tools")
        #expect(Self.calls(both) == ["a", "b"] && both.finish == .calls)
        #expect(Self.calls(Self.answer("sim-1+tools") { $0.allowsParallelCalls = false }) == ["a"])
        #expect(Self.calls(Self.answer("sim-1+tools") { $0.toolChoice = .named("c") }) == ["c"])
        #expect(Self.calls(Self.answer("sim-1+tools") { $0.toolChoice = .none }).isEmpty)
        let answered = Self.answer("sim-1+tools") { $0.turns.append(Inquiry.Turn(role: .tool, text: "4")) }
        #expect(Self.calls(answered).isEmpty && answered.finish == .stop)
        let one = Self.answer("sim-1+tools") { $0.maximum = 1 }
        #expect(Self.calls(one) == ["a"] && one.finish == .length)
    }

    @Test func countersDoNotOverlap() {
        let spent = Self.answer("sim-1+think+cache").spending
        #expect(spent.input == 4 && spent.cacheRead == 1 && spent.cacheWrite == 1 && spent.uncached == 2)
        #expect(spent.output == 4 && spent.reasoning == Words.thought.count)
        let cut = Self.answer("sim-1+think") { $0.maximum = 3 }
        #expect(cut.spending.reasoning == 3 && cut.spending.output == 0 && cut.finish == .length)
    }

    /// A stream tells each block's tokens in turn, and counts what it told.
    @Test func narration() {
        let answer = Self.answer("sim-1+think+tools") { $0.choices = 2 }
        var narration = Narration(answer, traits: Traits())
        var tokens = 0
        var opened: [Int] = []
        var closed: [Int] = []
        while let moment = narration.next() {
            switch moment {
            case .open(let block): opened.append(block)
            case .close(let block): closed.append(block)
            case .token(let block, let choice, let text):
                #expect(block == opened.last && choice == tokens % 2 && !text.isEmpty)
                tokens += 1
            case .begin, .finish: #expect(opened == closed)
            }
        }
        #expect(opened == [0, 1, 2] && closed == opened)
        #expect(tokens == answer.spending.allOutput && narration.tokensSent == tokens)
        #expect(narration.reasoningSent == answer.spending.reasoning)
    }

    @Test func aFeatureNobodyKnowsIsNoModel() async throws {
        try await Harness.run { simulator in
            let exchange = simulator.chat("sim-1+dance")
            let head = try await exchange.head()
            let text = await exchange.text()
            #expect(head.status == 404 && text.contains("model_not_found"))
        }
    }
}
