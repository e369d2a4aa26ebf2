import JSON
import Testing

@testable import Protocols

@Suite struct ToolCallAssemblyTests {
    static let rows: [(pieces: [String], calls: String?)] = [
        ([], nil),
        (
            [
                #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
                #"{"index":0,"function":{"arguments":"{\"x\""}}"#, #"{"index":0,"function":{"arguments":":1}"}}"#,
            ], #"[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]"#
        ),
        (
            [
                #"{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}"#,
                #"{"index":1,"id":"b","function":{"name":"g"}}"#, #"{"index":0,"function":{"arguments":"2"}}"#,
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
    ]

    @Test(arguments: rows) func joinsPieces(_ pieces: [String], _ calls: String?) throws {
        var assembly = ToolCallAssembly()
        for piece in pieces { assembly.add(try JSONDocument(piece).root) }
        #expect(assembly.json.map { String(decoding: $0, as: UTF8.self) } == calls)
    }
}
