import JSON
import Testing

@testable import Prompting

@Suite struct TemplateRenderingTests {
    static let input = #"""
        {"name":"Ada","empty":"","quote":"a\"b\\c\nd é 😀","raw é":1,"größe":"L",
         "n":12,"big":12345678901234567890,"decimal":1.50,"exp":1E+3,"minus":-0.0,
         "yes":true,"no":false,"nothing":null,
         "customer":{"name":"Bob","tags":["x","y"],"0":"zero"},
         "items":[{"title":"first"},{"title":"second"},[10,[20]]],
         "shape":{ "a" : [ 1 , 2 ,\#t{ } ], "s" : "two  spaces \" , \\" , "u": "\u00e9" },
         "twice":1,"twice":2}
        """#

    @Test(arguments: [
        ("", ""),
        ("plain {text} }} kept\n", "plain {text} }} kept\n"),
        ("Hello {{ name }}!", "Hello Ada!"),
        ("{{name}}{{name}}", "AdaAda"),
        ("[{{ empty }}]", "[]"),
        ("{{ quote }}", "a\"b\\c\nd é 😀"),
        ("{{ größe }}", "L"),
        ("{{ n }} {{ big }} {{ decimal }} {{ exp }} {{ minus }}", "12 12345678901234567890 1.50 1E+3 -0.0"),
        ("{{ yes }} {{ no }} {{ nothing }}", "True False None"),
        ("{{ customer.name }} {{ customer.tags.1 }} {{ customer.0 }}", "Bob y zero"),
        ("{{ items.0.title }}, {{ items.1.title }}, {{ items.2.1.0 }}", "first, second, 20"),
        ("{{ customer.tags }}", #"["x","y"]"#),
        ("{{ shape }}", #"{"a":[1,2,{}],"s":"two  spaces \" , \\","u":"\u00e9"}"#),
        ("{{ twice }}", "1"),
        ("{\"v\": {{ n }}}", "{\"v\": 12}"),
    ])
    func renders(text: String, expected: String) throws {
        #expect(try Self.render(text, Self.input) == expected)
    }

    @Test(arguments: [
        ("{{ missing }}", "missing"),
        ("{{ name }} {{ customer.missing }}", "customer.missing"),
        ("{{ customer.name.first }}", "customer.name.first"),
        ("{{ items.3 }}", "items.3"),
        ("{{ items.99999999999999999999 }}", "items.99999999999999999999"),
        ("{{ items.title }}", "items.title"),
        ("{{ nothing.x }}", "nothing.x"),
        ("{{ n.0 }}", "n.0"),
        ("{{ Name }}", "Name"),
    ])
    func namesWhatIsMissing(text: String, path: String) {
        #expect(throws: RenderFault.missingVariable(path: path)) { try Self.render(text, Self.input) }
        #expect(RenderFault.missingVariable(path: path).path == path)
    }

    @Test(arguments: ["[]", "[1]", "\"a\"", "null", nil])
    func hasNoVariablesWithoutAnObject(input: String?) throws {
        #expect(throws: RenderFault.missingVariable(path: "a")) { try Self.render("x{{ a }}", input) }
        #expect(try Self.render("x", input) == "x")
    }

    /// Two spellings that Unicode holds to be equivalent are two names in JSON.
    @Test func tellsEquivalentSpellingsApart() throws {
        let input = "{\"e\u{301}\":1,\"\u{e9}\":2}"
        #expect(try Self.render("{{ e\u{301} }}{{ \u{e9} }}", input) == "12")
    }

    @Test(arguments: [
        ("12345{{ n }}", 7, true), ("12345{{ n }}", 6, false), ("{{ n }}12345", 6, false), ("x", 0, false),
        ("", 0, true),
    ])
    func isBounded(text: String, maximumBytes: Int, fits: Bool) throws {
        let input = #"{"n":12}"#
        if fits {
            #expect(try Self.render(text, input, maximumBytes: maximumBytes).utf8.count == maximumBytes)
        } else {
            #expect(throws: RenderFault.outputTooLarge(maximumBytes: maximumBytes)) {
                try Self.render(text, input, maximumBytes: maximumBytes)
            }
        }
    }

    @Test func multipliesNoInputBeyondTheDefaultBound() throws {
        let text = String(repeating: "{{ a }}", count: 1_000)
        let input = #"{"a":""# + String(repeating: "x", count: 10_000) + #""}"#
        #expect(throws: RenderFault.outputTooLarge(maximumBytes: 8 << 20)) { try Self.render(text, input) }
    }

    @Test func appendsToWhatIsThere() throws {
        var output = Array("before ".utf8)
        let input = try JSONDocument(#"{"a":1}"#).root
        try Template(compiling: "{{ a }}").render(input: input, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == "before 1")
    }

    static func render(
        _ text: String, _ input: String?, maximumBytes: Int = Template.defaultMaximumBytes
    ) throws -> String {
        var output: [UInt8] = []
        let template = try Template(compiling: text)
        let document = try input.map { try JSONDocument($0) }
        try template.render(input: document?.root, into: &output, maximumBytes: maximumBytes)
        return String(decoding: output, as: UTF8.self)
    }
}
