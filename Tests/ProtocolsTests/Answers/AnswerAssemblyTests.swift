import JSON
import Testing

@testable import Protocols

@Suite struct AnswerAssemblyTests {
    private static func assembled(_ chunks: [String]) throws -> [AssembledAnswer] {
        var reader = ChatAnswerReader(dialect: .compatible)
        var assembly = AnswerAssembly()
        for chunk in chunks {
            let data = Array(#"{"choices":[\#(chunk)]}"#.utf8)
            assembly.add(try reader.read(ServerSentEvent(name: [], data: data, raw: data)))
        }
        return assembly.choices
    }

    @Test func putsTogetherWhatAStreamSays() throws {
        let choices = try Self.assembled([
            #"{"index":1,"delta":{"role":"assistant","content":"b"}},{"index":0,"delta":{"content":"a"}}"#,
            #"{"index":0,"delta":{"content":"c"},"finish_reason":""}"#,
            #"{"index":1,"delta":{"tool_calls":[{"index":0}]}}"#,
            // Not all that finish say anything with it.
            #"{"index":0,"finish_reason":"length"}"#, #"{"index":1,"delta":null,"finish_reason":"tool_calls"}"#,
        ])
        #expect(choices.map(\.number) == [1, 0])
        #expect(choices.map { $0.text.map { String(decoding: $0, as: UTF8.self) } } == ["b", "ac"])
        #expect(choices.map(\.finishReason) == [.toolCalls, .length])
        #expect(choices.map { $0.toolCalls.count } == [1, 0])
    }

    /// Neighbours of a kind are one; what stands between them keeps its place.
    @Test func keepsTheOrderOfItems() {
        var answer = AssembledAnswer()
        let pieces: [AnswerPiece.Content] = [
            .reasoning(JSONText("I ")), .reasoning(JSONText("think")), .signature(JSONText("s1")),
            .signature(JSONText("s2")), .reasoning(JSONText("more")), .hiddenReasoning(JSONText("x")),
            .text(JSONText("a")), .citation(Citation(url: JSONText("u"))), .text(JSONText("b")),
            .toolCall(0, CallHead(id: JSONText("1"), name: JSONText("f"))), .arguments(0, JSONText("{}")),
            .signature(JSONText("s3")), .toolCall(1, CallHead(id: nil, name: JSONText("g"))), .text(JSONText("c")),
            .refusal(JSONText("n")), .refusal(JSONText("o")),
        ]
        for piece in pieces { answer.add(piece) }
        #expect(
            answer.items == [
                .reasoning(Array("I think".utf8), signature: JSONText("s1s2")),
                .reasoning(Array("more".utf8), signature: nil), .hiddenReasoning(JSONText("x")),
                .text(Array("ab".utf8), [Citation(url: JSONText("u"))]),
                .call(.init(head: CallHead(id: JSONText("1"), name: JSONText("f")), arguments: Array("{}".utf8))),
                .call(.init(head: CallHead(id: nil, name: JSONText("g")), arguments: [], signature: JSONText("s3"))),
                .text(Array("c".utf8), []), .refusal(Array("no".utf8)),
            ])
        #expect(answer.text == Array("abc".utf8) && answer.refusal == Array("no".utf8))
    }

    /// What is not said takes room as well.
    @Test func countsWhatOnlyProvidersRead() {
        var step = AnswerStep()
        let citation = Citation(url: JSONText("0123456789"))
        step.pieces = [
            AnswerPiece(.signature(JSONText("abc"))), AnswerPiece(.hiddenReasoning(JSONText("de"))),
            AnswerPiece(.citation(citation)),
        ]
        var assembly = AnswerAssembly()
        assembly.add(step)
        #expect(assembly.byteCount >= 15 && step.outputByteCount == 0)
    }

    static let rows: [(pieces: [String], calls: String?)] = [
        ([], nil),
        (
            [
                #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
                #"{"index":0,"function":{"arguments":"{\"x\""}}"#, #"{"index":0,"function":{"arguments":":1}"}}"#,
            ], #"[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]"#
        ),
        // Interleaved, and numbered from 1.
        (
            [
                #"{"index":1,"id":"a","function":{"name":"f","arguments":"1"}}"#,
                #"{"index":2,"id":"b","function":{"name":"g"}}"#, #"{"index":1,"function":{"arguments":"2"}}"#,
            ],
            #"[{"id":"a","type":"function","function":{"name":"f","arguments":"12"}},"#
                + #"{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]"#
        ),
        (
            [
                #"{"id":"a","function":{"name":"f","arguments":{"x":1}}}"#, #"{"id":"b","function":{"name":"g"}}"#,
                #"{"function":{"name":"","arguments":"3"}}"#,
            ],
            #"[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},"#
                + #"{"id":"b","type":"function","function":{"name":"g","arguments":"3"}}]"#
        ),
        // All of them numbered 0; an empty id is none.
        (
            [
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}"#,
                #"{"index":0,"id":"b","function":{"name":"g","arguments":"2"}}"#,
                #"{"index":0,"id":"","function":{"arguments":"3"}}"#,
            ],
            #"[{"id":"a","type":"function","function":{"name":"f","arguments":"1"}},"#
                + #"{"id":"b","type":"function","function":{"name":"g","arguments":"23"}}]"#
        ),
        (
            [
                #"{"id":"a","function":{"name":"f","arguments":"1"}}"#, #"{"id":"","function":{"arguments":"2"}}"#,
            ], #"[{"id":"a","type":"function","function":{"name":"f","arguments":"12"}}]"#
        ),
        // Said again with every piece.
        (
            [
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}"#,
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"2"}}"#,
            ], #"[{"id":"a","type":"function","function":{"name":"f","arguments":"12"}}]"#
        ),
    ]

    @Test(arguments: rows) func joinsCalls(_ pieces: [String], _ calls: String?) throws {
        let chunks = pieces.map { #"{"index":0,"delta":{"tool_calls":[\#($0)]}}"# }
        let said = try Self.assembled(chunks).first ?? AssembledAnswer()
        #expect(NativeRun.toolCalls(said.toolCalls).map { String(decoding: $0, as: UTF8.self) } == calls)
    }
}
