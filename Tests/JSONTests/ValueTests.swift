import Testing

@testable import JSON

@Suite struct ValueTests {
    static let strings: [(String, String)] = [
        (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9""#, "Aé"),
        (#""\u20AC\ud83d\uDE00!""#, "€😀!"), (#""\u0000""#, "\0"), ("\"é€😀\"", "é€😀"),
        (
            #""a long enough run of text \n and then a longer one \u0041""#,
            "a long enough run of text \n and then a longer one A"
        ),
        (#""\\\\""#, "\\\\"), (#""\\u0041""#, "\\u0041"),
    ]

    @Test(arguments: strings)
    func decodesStrings(_ row: (String, String)) throws {
        let value = try JSONDocument(row.0).root
        #expect(value.string == row.1)
        #expect(value.decodedBytes == Array(row.1.utf8))
        #expect(value.decodedByteCount == row.1.utf8.count)
    }

    static let integers: [(String, Int64?)] = [
        ("0", 0), ("-0", 0), ("42", 42), ("-17", -17), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ("9223372036854775808", nil), ("1.0", nil), ("1e3", nil), ("\"1\"", nil), ("true", nil), ("null", nil),
    ]

    @Test(arguments: integers)
    func readsIntegers(_ row: (String, Int64?)) throws { #expect(try JSONDocument(row.0).root.int == row.1) }

    @Test func readsOthers() throws {
        #expect(try JSONDocument("1.5e3").root.double == 1500)
        #expect(try JSONDocument("true").root.bool == true)
        #expect(try JSONDocument("false").root.bool == false)
        #expect(try JSONDocument("0").root.bool == nil)
        #expect(try JSONDocument("null").root.isNull)
        #expect(try JSONDocument("\"x\"").root.double == nil)
        #expect(try JSONDocument(#""s\u0074op""#).root.isString("stop"))
        #expect(try !JSONDocument(#""stopp""#).root.isString("stop"))
    }

    @Test func listsMembersAsTheyStand() throws {
        let text = #" { "a" : [1,{"x":"]}"}] ,"b":{} , "a":"\"}", "\u0063\n":-1.5e2,"":null, "d" :true} "#
        let members = try JSONDocument(text).root.members()
        #expect(members.map(\.name) == ["a", "b", "a", "c\n", "", "d"])
        #expect(
            members.map { String(decoding: $0.value.raw, as: UTF8.self) }
                == [#"[1,{"x":"]}"}]"#, "{}", #""\"}""#, "-1.5e2", "null", "true"])
    }

    @Test func findsMembers() throws {
        let root = try JSONDocument(#"{"n\u0061me":1,"a":{"name":9},"name":2,"z":null,"\\":3}"#).root
        #expect(root.member("name")?.int == 1)
        #expect(root.member("a")?.member("name")?.int == 9)
        #expect(root.member("\\")?.int == 3)
        #expect(root.member("nam") == nil)
        #expect(root.member("") == nil)
        #expect(root.member("z")?.isNull == true)
        #expect(root.present("z") == nil)
        #expect(root.member("a")?.member("name")?.member("x") == nil)
    }

    @Test func listsElements() throws {
        let text = "[ 1 ,\"a,]\", [2,[3]] , {\"k\":[]} ,null]"
        let elements = try JSONDocument(text).root.elements()
        #expect(
            elements.map { String(decoding: $0.raw, as: UTF8.self) }
                == ["1", "\"a,]\"", "[2,[3]]", "{\"k\":[]}", "null"])
        #expect(try JSONDocument("[ ]").root.elements().isEmpty)
        #expect(try JSONDocument("{}").root.elements().isEmpty)
        #expect(throws: JSONFault(.wrongKind, at: 1)) { try JSONDocument(" []").root.members() }
    }

    @Test func listsMoreThanTheFirstAttemptHolds() throws {
        let text = "[" + (0..<1000).map(String.init).joined(separator: ",") + "]"
        #expect(try JSONDocument(text).root.elements().compactMap(\.int) == (0..<1000).map(Int64.init))
    }
}
