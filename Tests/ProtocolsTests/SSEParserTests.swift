import JSON
import Testing

@testable import Protocols

@Suite struct SSEParserTests {
    static let rows: [(stream: String, events: [[String]])] = [
        ("", []),
        ("data: a\n\ndata: b\n\n", [["", "a", "data: a\n\n"], ["", "b", "data: b\n\n"]]),
        ("data:a\r\n\r\ndata:  b\r\n\r\n", [["", "a", "data:a\r\n\r\n"], ["", " b", "data:  b\r\n\r\n"]]),
        ("data: a\r\rdata: b\r\r", [["", "a", "data: a\r\r"], ["", "b", "data: b\r\r"]]),
        ("event: delta\ndata: {\ndata: }\n\n", [["delta", "{\n}", "event: delta\ndata: {\ndata: }\n\n"]]),
        (
            ": comment\n\n: more\ndata: a\nid: 1\nretry: 2\nfoo\n\n",
            [["", "a", ": more\ndata: a\nid: 1\nretry: 2\nfoo\n\n"]]
        ),
        ("event: x\n\ndata: a\n\n", [["", "a", "data: a\n\n"]]),
        ("data\n\ndata:\ndata:\n\n", [["", "", "data\n\n"], ["", "\n", "data:\ndata:\n\n"]]),
        ("database: a\n\ndata: é€😀\n\n", [["", "é€😀", "data: é€😀\n\n"]]),
        ("\u{FEFF}data: a\n\n", [["", "a", "\u{FEFF}data: a\n\n"]]),
        ("data: a\n\ndata: [DONE]", [["", "a", "data: a\n\n"], ["", "[DONE]", "data: [DONE]"]]),
        ("data: a\n\ndata: b\n", [["", "a", "data: a\n\n"], ["", "b", "data: b\n"]]),
        ("\n\n\ndata: a\r\n\n", [["", "a", "data: a\r\n\n"]]), ("data: a\r", [["", "a", "data: a\r"]]),
        (": OPENROUTER PROCESSING\n\n", []),
        (
            "data: a\n\n[{\n \"data\": 1\n}]\n",
            [["", "a", "data: a\n\n"], ["", "[{\n \"data\": 1\n}]", "[{\n \"data\": 1\n}]\n"]]
        ),
    ]

    @Test(arguments: rows, [1, 2, 3, 7, 1000])
    func findsEventsHoweverTheStreamIsCut(_ row: (stream: String, events: [[String]]), size: Int) throws {
        let events = try Self.events(of: row.stream, cutTo: size)
        #expect(events.map { [$0.name, $0.data, $0.raw].map { String(decoding: $0, as: UTF8.self) } } == row.events)
    }

    @Test func leavesRoomBehindDataForTheCheckInPlace() throws {
        let event = try #require(try Self.events(of: "data: {}\n\n", cutTo: 100).first)
        #expect(event.data.capacity - event.data.count >= JSONDocument.padding)
    }

    @Test(arguments: ["data: " + String(repeating: "a", count: 100), String(repeating: "data: a\n", count: 20)])
    func refusesEventsTooLarge(_ stream: String) {
        for size in [1, 10, 1000] {
            #expect(throws: SSEFault.tooLarge) { try Self.events(of: stream + "\n\n", cutTo: size, maximum: 64) }
        }
    }

    static func events(of stream: String, cutTo size: Int, maximum: Int = 1000) throws -> [ServerSentEvent] {
        var parser = SSEParser(maximumEventSize: maximum)
        var events: [ServerSentEvent] = []
        let bytes = Array(stream.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            parser.append(Array(bytes[start..<min(start + size, bytes.count)]))
            while let event = try parser.next() { events.append(event) }
        }
        while let event = try parser.finish() { events.append(event) }
        return events
    }
}
