import Domain
import JSON
import Testing

@testable import Prompting

@Suite struct PlanTests {
    static let document = #"""
        {"provider":"openai","model":"gpt-4.1-mini","strict_model":true,"max_output_tokens":512,
         "messages":[{"role":"developer","content":"You help {{ customer.name }} with {{ topic }}."},
                     {"role":"user","content":"{{ question }}"},
                     {"role":"assistant","content":"About {{ topic }}: "}],
         "parameters":{"temperature":0.2,"tool_choice":"auto","user":"x","aa":[1, 2]},
         "overridable":["temperature","seed"],
         "tools":[{"type":"function","function":{"name":"look"}}],
         "schema":{"number":2,"input":{"type":"object"}}}
        """#

    static func plan(_ document: String = document) throws -> Plan {
        try Plan(decoding: VersionDocument.canonical(from: JSONDocument(document)))
    }

    static func tape(_ json: String) throws -> JSONTape { JSONTape(try JSONDocument(json).root) }

    @Test func holdsWhatTheVersionSays() throws {
        let plan = try Self.plan()
        #expect(plan.provider == "openai")
        #expect(plan.model == "gpt-4.1-mini")
        #expect(plan.strictModel)
        #expect(plan.maxOutputTokens == 512)
        #expect(plan.overridable == ["temperature", "seed"])
        #expect(plan.variables.map(\.name) == ["customer", "topic", "question", "topic"])
        #expect(plan.messages.count == 3)
        #expect(plan.schemaNumber == 2)
        #expect(try plan.inputSchema?.faults(of: Self.tape("[]")).map(\.rule) == ["type"])
        #expect(try plan.inputSchema?.faults(of: Self.tape(#"{"else":1}"#)) == [])
        #expect(plan.output == nil)
        #expect(
            plan.parameters == [
                Parameter(name: "aa", json: Array("[1,2]".utf8)),
                Parameter(name: "temperature", json: Array("0.2".utf8)),
                Parameter(name: "tool_choice", json: Array(#""auto""#.utf8)),
                Parameter(
                    name: "tools", json: Array(#"[{"type":"function","function":{"name":"look"}}]"#.utf8)),
                Parameter(name: "user", json: Array(#""x""#.utf8)),
            ])
    }

    @Test func leavesUnsaidWhatTheVersionDoes() throws {
        let plan = try Self.plan(#"{"provider":"p","model":"m","messages":[]}"#)
        #expect(plan.maxOutputTokens == nil)
        #expect(!plan.strictModel)
        #expect(plan.parameters.isEmpty)
        #expect(plan.overridable.isEmpty)
        #expect(plan.variables.isEmpty)
        #expect(plan.schemaNumber == nil)
        #expect(try plan.render(input: nil).isEmpty)
    }

    @Test func rendersItsMessages() throws {
        let input = try Self.tape(#"{"customer":{"name":"Ada"},"topic":"tea","question":"\"Why?\""}"#)
        #expect(
            try Self.plan().render(input: input) == [
                RenderedMessage(role: .developer, text: Array("You help Ada with tea.".utf8)),
                RenderedMessage(role: .user, text: Array("\"Why?\"".utf8)),
                RenderedMessage(role: .assistant, text: Array("About tea: ".utf8)),
            ])
    }

    @Test(arguments: [
        (nil, "customer"), (#"{"customer":{},"topic":2}"#, "customer.name"),
        (#"{"customer":{"name":1},"topic":2}"#, "question"),
    ])
    func namesWhatIsMissing(input: String?, path: String) throws {
        let plan = try Self.plan()
        let fault = #expect(throws: DataFault.self) { try plan.render(input: try input.map(Self.tape)) }
        #expect(fault?.pointer == "/" + path.replacing(".", with: "/"))
        #expect(fault?.rule == "undefined")
    }

    /// The bound is for all messages together.
    @Test func isBounded() throws {
        let plan = try Self.plan(
            #"{"provider":"p","model":"m","messages":[{"role":"user","content":"123"},{"role":"user","content":"{{ a }}"}]}"#
        )
        let input = try Self.tape(#"{"a":"45"}"#)
        #expect(try plan.render(input: input, limits: RenderLimits(outputBytes: 5)).count == 2)
        let fault = #expect(throws: DataFault.self) {
            try plan.render(input: input, limits: RenderLimits(outputBytes: 4))
        }
        #expect(fault?.rule == "output_bytes")
    }

    @Test func costsWhatItHolds() throws {
        func plan(_ size: Int) throws -> Plan {
            let text = String(repeating: "a", count: size)
            return try Self.plan(
                #"{"provider":"p","model":"m","messages":[{"role":"user","content":"\#(text)"}],"parameters":{"p":"\#(text)"}}"#
            )
        }
        let small = try plan(0).byteCost
        let large = try plan(100_000).byteCost
        #expect(small > 0)
        // The parameter, the template, and the text that is printed of it.
        #expect(large - small >= 300_000)
        #expect(large - small < 310_000)
    }

    @Test(arguments: [
        ("", "not JSON: empty"), ("{", "not JSON: malformed"), ("[]", "must be an object"), ("{}", "required"),
    ])
    func refusesWhatIsNoVersion(bytes: String, message: String) {
        do throws(VersionFault) {
            _ = try Plan(decoding: Array(bytes.utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.message.hasPrefix(message))
        }
    }
}
