import Testing

@testable import JSON

@Suite struct DocumentTests {
    static let refused: [(String, JSONFault.Reason)] = [
        ("", .empty), ("  \n", .empty), ("{", .malformed), ("[1,]", .malformed), ("{\"a\"}", .malformed),
        ("{\"a\":1,}", .malformed), ("{a:1}", .malformed), ("[1 2]", .malformed), ("nul", .malformed),
        ("True", .malformed), ("NaN", .malformed), ("'a'", .malformed), ("{} {}", .malformed), ("1 x", .malformed),
        ("[]]", .malformed), ("\"abc", .invalidString), ("\"a\nb\"", .invalidString), (#""\x""#, .invalidString),
        (#""\u12g4""#, .invalidString), (#""\u12"#, .invalidString), ("01", .invalidNumber), ("-", .invalidNumber),
        ("1.", .invalidNumber), ("1e", .invalidNumber), ("1e999", .invalidNumber),
        ("123456789012345678901234567890", .invalidNumber), ("+1", .malformed), (".5", .malformed),
        (#""\ud800""#, .invalidString), (#""\udc00""#, .invalidString), (#""\ud83d\u0041""#, .invalidString),
        (#""\uD83D\uD83D""#, .invalidString), (#""\uDE00\uD83D""#, .invalidString), (#"{"\udfff":1}"#, .invalidString),
        (#""a\ud83d\n""#, .invalidString), (#""\\ud83d\ude00""#, .invalidString),
        (#""0123456789abc\ud83d\ude00\ude00 and more to come""#, .invalidString),
        (#""0123456789abcde\\\ud83d and more text to come""#, .invalidString),
    ]

    @Test(arguments: refused, [0, 128])
    func refuses(_ row: (String, JSONFault.Reason), extraCapacity: Int) {
        let fault = #expect(throws: JSONFault.self) { try JSONDocument(Self.bytes(row.0, extraCapacity)) }
        #expect(fault?.reason == row.1)
    }

    static let offsets: [(String, Int?)] = [
        ("", nil), ("{\"a\":1,}", 7), ("{\"a\" 1}", 5), ("[1 2]", 3), ("{} x", 3), ("[tru]", 4), ("[1,", 3),
        ("\"abc", 4), ("\"a\nb\"", 2), (#"["\x"]"#, 3), (#"["\u12g4"]"#, 6), (#"["a\ud800b"]"#, 3), ("[01]", 2),
        ("[1e999]", nil), ("[\"é\",]", 6),
    ]

    @Test(arguments: offsets)
    func saysWhere(_ row: (String, Int?)) {
        let fault = #expect(throws: JSONFault.self) { try JSONDocument(row.0) }
        #expect(fault?.offset == row.1)
    }

    static let invalidUTF8: [[UInt8]] = [
        [0xFF], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xC3, 0x28],
    ]

    @Test(arguments: invalidUTF8)
    func refusesInvalidUTF8(_ bytes: [UInt8]) {
        #expect(throws: JSONFault(.invalidUTF8, at: 2)) { try JSONDocument([0x22, 0x61] + bytes + [0x22]) }
    }

    static let accepted: [(String, JSONValue.Kind, String)] = [
        ("{}", .object, "{}"), (" [1, 2] \n", .array, "[1, 2]"), ("\"a\"", .string, "\"a\""), ("-0", .number, "-0"),
        ("\t1.5e3\r\n", .number, "1.5e3"), ("true", .bool, "true"), ("false", .bool, "false"), ("null", .null, "null"),
        (#""\ud83d\ude00""#, .string, #""\ud83d\ude00""#), (#""\\ud800""#, .string, #""\\ud800""#),
        (#""0123456789abcd\ud83d\ude00 and \\ud83d""#, .string, #""0123456789abcd\ud83d\ude00 and \\ud83d""#),
        (#""\ud7ff\udbff\udfff\ue000""#, .string, #""\ud7ff\udbff\udfff\ue000""#),
        ("9223372036854775807", .number, "9223372036854775807"), ("1e308", .number, "1e308"),
        ("18446744073709551615", .number, "18446744073709551615"),
    ]

    @Test(arguments: accepted, [0, 128])
    func accepts(_ row: (String, JSONValue.Kind, String), extraCapacity: Int) throws {
        let document = try JSONDocument(Self.bytes(row.0, extraCapacity))
        #expect(document.root.kind == row.1)
        #expect(String(decoding: document.root.raw, as: UTF8.self) == row.2)
    }

    @Test func nestsToTheLimit() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let deepest = JSONDocument.maximumDepth
        #expect(try canonicalJSON(JSONDocument(nested(deepest)).root).count == 2 * deepest)
        #expect(throws: JSONFault(.tooDeep, at: 128)) { try JSONDocument(nested(JSONDocument.maximumDepth + 1)) }
        #expect(throws: JSONFault(.tooDeep, at: 128)) { try JSONDocument(nested(1_000_000)) }
        #expect(throws: JSONFault(.tooDeep, at: 128)) { try JSONDocument("[" + nested(300_000) + "]") }
        #expect(throws: JSONFault(.malformed, at: 640)) {
            try JSONDocument(String(repeating: "{\"a\":", count: 100_000))
        }
    }

    @Test func refusesTheTooLarge() {
        let bytes = [UInt8](repeating: 0x20, count: JSONDocument.maximumByteCount + 1)
        #expect(throws: JSONFault(.tooLarge)) { try JSONDocument(bytes) }
    }

    @Test func growsBeyondWhatAThreadKeeps() throws {
        let text = "\"" + String(repeating: "a", count: 3_000_000) + "\""
        for _ in 0..<2 { #expect(try JSONDocument(text).root.decodedByteCount == 3_000_000) }
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(throws: JSONFault(.tooDeep, at: 128)) {
            try JSONDocument(deep + String(repeating: " ", count: 2_000_000))
        }
    }

    private static func bytes(_ text: String, _ extraCapacity: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + extraCapacity)
        bytes.append(contentsOf: text.utf8)
        return bytes
    }
}
