import Testing

@testable import Prompting

@Suite struct TemplateCompilingTests {
    @Test(arguments: [
        ("", []),
        ("no variable", []),
        ("{{name}}", ["name"]),
        ("{{ name }}", ["name"]),
        ("{{\n\tname \r\n}}", ["name"]),
        ("{{ b }}{{ a }}{{b}}", ["b", "a"]),
        ("{{ customer.name }}", ["customer.name"]),
        ("{{ items.0.title }}", ["items.0.title"]),
        ("{{ items.007 }}", ["items.007"]),
        ("{{ _x1 }} {{ größe.名前 }}", ["_x1", "größe.名前"]),
        ("{{ a.if }} {{ a.true }} {{ trueish }}", ["a.if", "a.true", "trueish"]),
        ("{ } {x} }} %} #} { { a }} {", []),
        ("{\"json\": {{ value }}}", ["value"]),
        ("}}{{ a }}}", ["a"]),
        ("{{ e\u{301} }}{{ \u{e9} }}", ["e\u{301}", "\u{e9}"]),
    ])
    func accepts(text: String, variables: [String]) throws {
        let template = try Template(compiling: text)
        #expect(template.paths.map { Array($0.text.utf8) } == variables.map { Array($0.utf8) })
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let fault: TemplateFault
        var testDescription: String { text }

        init(_ text: String, _ line: Int, _ column: Int, _ kind: TemplateFault.Kind, _ construct: String) {
            self.text = text
            fault = TemplateFault(line: line, column: column, kind: kind, construct: construct)
        }
    }

    @Test(arguments: [
        Refusal("{% if x %}", 1, 1, .statement, "{% … %}"),
        Refusal("a\nb {%- for x in y %}", 2, 3, .statement, "{% … %}"),
        Refusal("{# note #}", 1, 1, .comment, "{# … #}"),
        Refusal("ok {{ a }}\r\n  {# note", 2, 3, .comment, "{# … #}"),
        Refusal("{{- a }}", 1, 1, .whiteSpaceControl, "{{-"),
        Refusal("{{+ a }}", 1, 1, .whiteSpaceControl, "{{+"),
        Refusal("{{ a -}}", 1, 6, .whiteSpaceControl, "-}}"),
        Refusal("{{ a-}}", 1, 5, .whiteSpaceControl, "-}}"),
        Refusal("x {{", 1, 3, .unclosed, "{{"),
        Refusal("x {{ name", 1, 3, .unclosed, "{{"),
        Refusal("x {{ name }", 1, 3, .unclosed, "{{"),
        Refusal("{{ name } }", 1, 1, .unclosed, "{{"),
        Refusal("{{ a.b", 1, 1, .unclosed, "{{"),
        Refusal("{{}}", 1, 1, .empty, "{{ }}"),
        Refusal("äö\nüß {{   }}", 2, 4, .empty, "{{ }}"),
        Refusal("{{ name | upper }}", 1, 9, .filter, "a filter (|)"),
        Refusal("{{ name|upper }}", 1, 8, .filter, "a filter (|)"),
        Refusal("{{ f(x) }}", 1, 5, .call, "a call (…)"),
        Refusal("{{ (x) }}", 1, 4, .call, "a call (…)"),
        Refusal("{{ items[0] }}", 1, 9, .bracket, "the bracket ["),
        Refusal("{{{ a }}}", 1, 3, .bracket, "the bracket {"),
        Refusal("{{ a {{ b }} }}", 1, 6, .bracket, "the bracket {"),
        Refusal("{{ a + b }}", 1, 6, .operator, "the operator +"),
        Refusal("{{ a - b }}", 1, 6, .operator, "the operator -"),
        Refusal("{{ a ~ b }}", 1, 6, .operator, "the operator ~"),
        Refusal("{{ a == b }}", 1, 6, .operator, "the operator ="),
        Refusal("{{ a, b }}", 1, 5, .operator, "the operator ,"),
        Refusal("{{ \"x\" }}", 1, 4, .literal, "a string"),
        Refusal("{{ 'x' }}", 1, 4, .literal, "a string"),
        Refusal("{{ 12 }}", 1, 4, .literal, "a number"),
        Refusal("{{ 0.a }}", 1, 4, .literal, "a number"),
        Refusal("{{ true }}", 1, 4, .literal, "the literal true"),
        Refusal("{{ None }}", 1, 4, .literal, "the literal None"),
        Refusal("{{ not a }}", 1, 4, .keyword, "the operator not"),
        Refusal("{{ a if b else c }}", 1, 6, .keyword, "the operator if"),
        Refusal("{{ a b }}", 1, 6, .unexpected, "a second name"),
        Refusal("{{ größe b }}", 1, 10, .unexpected, "a second name"),
        Refusal("{{ a$ }}", 1, 5, .unexpected, "a character that no name can hold"),
        Refusal("{{ ab\u{a0}c }}", 1, 6, .unexpected, "a character that no name can hold"),
        Refusal("{{ a. }}", 1, 6, .path, "a name or a number is missing after the dot"),
        Refusal("{{ a..b }}", 1, 6, .path, "a name or a number is missing after the dot"),
        Refusal("{{ a.0b }}", 1, 6, .path, "a name cannot begin with a digit"),
        Refusal("{{ .a }}", 1, 4, .path, "a dot must stand right behind a name"),
        Refusal("{{ a .b }}", 1, 6, .path, "a dot must stand right behind a name"),
    ])
    func refuses(_ refusal: Refusal) {
        #expect(throws: refusal.fault) { try Template(compiling: refusal.text) }
    }

    @Test func saysWhatIsWrongAndWhere() {
        let fault = TemplateFault(line: 3, column: 7, kind: .filter, construct: "a filter (|)")
        #expect(
            fault.message == """
                line 3, column 7: a filter (|) is not supported: \
                the full language comes later; here only {{ name }} and dotted paths
                """)
        #expect(
            TemplateFault(line: 1, column: 2, kind: .unclosed, construct: "{{").message
                == "line 1, column 2: {{ is never closed")
    }

    /// A template is an author's secret: whatever is wrong with it, the fault quotes none of it.
    @Test(arguments: [
        "{{ SECRET SECRET }}", "{{ a | SECRET }}", "{{ 'SECRET' }}", "{% SECRET %}", "{{ SECRET", "{{ a.1SECRET }}",
    ])
    func quotesNothing(text: String) {
        do throws(TemplateFault) {
            _ = try Template(compiling: text)
            Issue.record("accepted")
        } catch {
            #expect(!error.message.contains("SECRET"))
        }
    }
}
