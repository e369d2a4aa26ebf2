import Testing

@testable import JSON

@Suite struct WriterTests {
    @Test func writes() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a\"")
        writer.beginArray()
        writer.int(1)
        writer.int(-2)
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.null()
        writer.endArray()
        writer.key("b")
        writer.bool(true)
        writer.key("c")
        writer.bool(false)
        writer.key("d")
        writer.string("x\u{1}\u{1f}\u{7f}\n\t\r\u{8}\u{c}\\é😀/")
        writer.key("e")
        writer.string(utf8: [0x22, 0x41])
        writer.key("f")
        writer.raw(#"{"r":1}"#.utf8)
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a\"":[1,-2,{},[],null],"b":true,"c":false,"d":"x\u0001\u001f"# + "\u{7f}"
                + #"\n\t\r\b\f\\é😀/","e":"\"A","f":{"r":1}}"#)
        _ = try JSONDocument(writer.bytes)
    }

    @Test(arguments: 0..<40)
    func whatIsWrittenReadsBackTheSame(seed: UInt64) throws {
        var random = Random(state: seed &+ 1)
        let tree = Tree.random(using: &random, depth: 5)
        var writer = JSONWriter()
        tree.write(to: &writer)
        let document = try JSONDocument(writer.bytes)
        #expect(try Tree(document.root) == tree)
        let canonical = try canonicalJSON(document.root)
        #expect(try canonicalJSON(JSONDocument(canonical).root) == canonical)
    }

    static let canonical: [(String, String)] = [
        (#" { "b" : 1 , "a" : [ 1.0 , -0 , 1E5 ] } "#, #"{"a":[1.0,-0,1E5],"b":1}"#),
        (#"{"\u00e9":1,"z":2,"Z":3,"":4}"#, #"{"":4,"Z":3,"z":2,"é":1}"#),
        (#""\u0041\/\u000a\u001F""#, #""A/\n\u001f""#),
        (#"{"aa":{"y":null,"x":true},"a":"\ud83d\ude00"}"#, #"{"a":"😀","aa":{"x":true,"y":null}}"#),
    ]

    @Test(arguments: canonical)
    func spellsCanonically(_ row: (String, String)) throws {
        #expect(try String(decoding: canonicalJSON(JSONDocument(row.0).root), as: UTF8.self) == row.1)
    }

    @Test(arguments: [#"{"a":1,"a":1}"#, #"[{"x":{"a":1,"\u0061":2}}]"#])
    func refusesDuplicateKeys(_ text: String) throws {
        let root = try JSONDocument(text).root
        let fault = #expect(throws: JSONFault.self) { try canonicalJSON(root) }
        #expect(fault?.reason == .duplicateKey)
    }

    /// Composed and decomposed é are equal as Swift strings, and different names in JSON.
    @Test func tellsNamesApartByBytes() throws {
        #expect(try canonicalJSON(JSONDocument("{\"e\u{301}\":1,\"\u{e9}\":2}").root).count == 16)
    }
}

private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

private indirect enum Tree: Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case string(String)
    case array([Tree])
    case object([String], [Tree])

    static func random(using random: inout Random, depth: Int) -> Tree {
        switch Int.random(in: 0..<(depth == 0 ? 4 : 6), using: &random) {
        case 0: .null
        case 1: .bool(.random(using: &random))
        case 2: .int(.random(in: .min ... .max, using: &random))
        case 3: .string(text(using: &random))
        case 4: .array(list(using: &random, depth: depth))
        case _: object(using: &random, depth: depth)
        }
    }

    static func object(using random: inout Random, depth: Int) -> Tree {
        let values = list(using: &random, depth: depth)
        return .object(values.indices.map { "\($0)" + text(using: &random) }, values)
    }

    static func list(using random: inout Random, depth: Int) -> [Tree] {
        (0..<Int.random(in: 0..<6, using: &random)).map { _ in Tree.random(using: &random, depth: depth - 1) }
    }

    static func text(using random: inout Random) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\0", "é", "€", "😀", "{", "]", ",", " ", "u", "\u{1b}"]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<40, using: &random) {
            text.append(scalars[Int.random(in: 0..<scalars.count, using: &random)])
        }
        return String(text)
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .int(let value): writer.int(value)
        case .string(let value): writer.string(value)
        case .array(let values):
            writer.beginArray()
            for value in values { value.write(to: &writer) }
            writer.endArray()
        case .object(let names, let values):
            writer.beginObject()
            for (name, value) in zip(names, values) {
                writer.key(name)
                value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    init(_ value: JSONValue) throws {
        switch value.kind {
        case .null: self = .null
        case .bool: self = .bool(value.bool == true)
        case .number: self = .int(try #require(value.int))
        case .string: self = .string(try #require(value.string))
        case .array: self = .array(try value.elements().map(Tree.init))
        case .object:
            let members = try value.members()
            self = .object(members.map(\.name), try members.map { try Tree($0.value) })
        }
    }
}
