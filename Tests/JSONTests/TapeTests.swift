import Testing

@testable import JSON

/// The tape says what `JSONValue` says, value by value.
@Suite struct TapeTests {
    /// Walks both at once.
    private func compare(_ value: JSONValue, _ tape: JSONTape, _ node: Int) throws {
        #expect(tape.kind(node) == value.kind)
        #expect(tape.bytes(of: node) == value.range)
        #expect(tape.value(node).range == value.range)
        switch value.kind {
        case .object:
            let members = try value.members()
            #expect(tape.nodes[node].count == UInt32(members.count))
            let found = Array(tape.members(of: node))
            try #require(found.count == members.count)
            for (member, (key, child)) in zip(members, found) {
                #expect(tape.string(key) == member.name)
                #expect(
                    tape.member(member.name, of: node).map { tape.bytes(of: $0) } == value.member(member.name)?.range)
                try compare(member.value, tape, child)
            }
            #expect(tape.elements(of: node).contains { _ in true } == false)
        case .array:
            let elements = value.elements()
            let found = Array(tape.elements(of: node))
            try #require(found.count == elements.count)
            for (element, child) in zip(elements, found) { try compare(element, tape, child) }
        case .string:
            let bytes = try #require(value.decodedBytes)
            #expect(tape.decoded(node) == bytes)
            #expect(tape.isString(node, bytes))
            #expect(!tape.isString(node, bytes + [0]))
            #expect(tape.isPlain(node) == !value.raw.contains(UInt8(ascii: "\\")))
            #expect(tape.withDecoded(node) { Array($0) } == bytes)
        case .number:
            #expect(tape.integer(node) == value.int)
            #expect(tape.double(node) == value.double)
        case .bool: #expect(tape.bool(node) == value.bool)
        case .null: break
        }
    }

    private func compare(_ text: String) throws {
        let root = try JSONDocument(text).root
        let tape = JSONTape(root)
        #expect(tape.nodes.first?.next == UInt32(tape.nodes.count))
        try compare(root, tape, 0)
    }

    @Test(arguments: [
        "1", " -0 ", "[]", "{}", "[[],{},[{}]]", #""""#, #""a\n\u00e9\ud83d\ude00""#, "[1,2 , 3]", "null",
        "[true,false]",
        #"{"a":1,"b":{"c":[1,2,{"d":null}]},"a":2,"":3}"#, #"{ "a" : [ ] , "b" : { } }"#,
        #"{"\u0061":1,"a\"b":2,"back\\slash":"\\"}"#, "[999999999999999999,-999999999999999999,1234567890123456789]",
        "[1.5,1e3,-0.0,1E-2]", "[123456789012345678,-12345678901234567]",
    ])
    func sameAsValues(_ text: String) throws { try compare(text) }

    @Test func sameAsValuesOfGeneratedDocuments() throws {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let strings = [
            "", "a", "name", #"tab\t"#, #"\\"#, "ünï", #"\ud83d\ude00x"#, "a rather long text of 32 bytes!!!", #"q\""#,
        ]
        func value(_ depth: Int) -> String {
            let space = ["", " ", "\n\t"][next(3)]
            switch next(depth > 5 ? 5 : 8) {
            case 0: return ["null", "true", "false"][next(3)]
            case 1: return "\(next(1_000_000) - 500_000)"
            case 2: return ["1.5", "-2e10", "0", "1234567890123456789", "-0.125"][next(5)]
            case 3, 4: return "\"" + strings[next(strings.count)] + "\""
            case 5:
                return "[" + space + (0..<next(6)).map { _ in value(depth + 1) }.joined(separator: ",") + space + "]"
            case _:
                let members = (0..<next(6)).map { _ in
                    "\"" + strings[next(strings.count)] + "\"" + space + ":" + space + value(depth + 1)
                }
                return "{" + members.joined(separator: space + "," + space) + "}"
            }
        }
        for _ in 0..<2000 { try compare(value(0)) }
    }

    @Test func deepAndWide() throws {
        let depth = JSONDocument.maximumDepth
        try compare(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        // More nodes than are made room for at first.
        try compare("[" + [String](repeating: "1", count: 20_000).joined(separator: ",") + "]")
    }

    @Test func ofAPartOfADocument() throws {
        let root = try JSONDocument(#"{"a":[1,{"b":"x"}],"c":2}"#).root
        let part = try #require(root.member("a"))
        try compare(part, JSONTape(part), 0)
    }

    @Test func pointers() throws {
        let tape = JSONTape(try JSONDocument(#"{"a":[1,{"b/c":"x","~":[null]}],"":2}"#).root)
        let pointers = tape.nodes.indices.map { tape.pointer(to: $0) }
        #expect(
            pointers == [
                "", "/a", "/a", "/a/0", "/a/1", "/a/1/b~1c", "/a/1/b~1c", "/a/1/~0", "/a/1/~0", "/a/1/~0/0", "/", "/",
            ])
    }
}
