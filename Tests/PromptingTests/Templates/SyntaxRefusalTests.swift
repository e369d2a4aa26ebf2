import Testing

@testable import Prompting

/// What is refused when compiling, where, and as what; and whether Jinja2 3.1.6 refuses it when compiling, too.
@Suite struct SyntaxRefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let line: Int
        let column: Int
        let kind: TemplateFault.Kind
        let construct: String
        let inJinja2: Bool

        init(
            _ template: String, _ line: Int, _ column: Int, _ kind: TemplateFault.Kind, _ construct: String,
            inJinja2: Bool = true
        ) {
            testDescription = template
            self.line = line
            self.column = column
            self.kind = kind
            self.construct = construct
            self.inJinja2 = inJinja2
        }
    }

    static let refusals: [Refusal] = [
        Refusal("{{", 1, 1, .unclosed, "{{"),
        Refusal("{{ a", 1, 1, .unclosed, "{{"),
        Refusal("{{ a }", 1, 6, .syntax, "{{"),
        Refusal("{{ a } }", 1, 6, .syntax, "{{"),
        Refusal("{{}}", 1, 3, .syntax, "{{"),
        Refusal("{{ }}", 1, 4, .syntax, "{{"),
        Refusal("{{ a b }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a.b c }}", 1, 8, .syntax, "{{"),
        Refusal("{{ 1a }}", 1, 5, .syntax, "{{"),
        Refusal("{{ a. }}", 1, 7, .syntax, "{{"),
        Refusal("{{ a.. b }}", 1, 6, .syntax, "{{"),
        Refusal("{{ .a }}", 1, 4, .syntax, "{{"),
        Refusal("{{ a.'b' }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a. 1.5 }}", 1, 7, .syntax, "{{"),
        Refusal("{{ a[ }}", 1, 7, .syntax, "{{"),
        Refusal("{{ a[1 }}", 1, 8, .syntax, "{{"),
        Refusal("{{ a[1,] }}", 1, 8, .syntax, "{{"),
        Refusal("{{ a[1:2, 3] }}", 1, 5, .syntax, "{{"),
        Refusal("{{ a[1:2:3:4] }}", 1, 11, .syntax, "{{"),
        Refusal("{{ (a }}", 1, 7, .syntax, "{{"),
        Refusal("{{ (a] }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a) }}", 1, 5, .syntax, "{{"),
        Refusal("{{ a] }}", 1, 5, .syntax, "{{"),
        Refusal("{{ {'a' 1} }}", 1, 9, .syntax, "{{"),
        Refusal("{{ {'a': } }}", 1, 10, .syntax, "{{"),
        Refusal("{{ {a, b} }}", 1, 6, .syntax, "{{"),
        Refusal("{{ [1 2] }}", 1, 7, .syntax, "{{"),
        Refusal("{{ [1,,2] }}", 1, 7, .syntax, "{{"),
        Refusal("{{ [,] }}", 1, 5, .syntax, "{{"),
        Refusal("{{ \"abc }}", 1, 4, .unclosed, "string"),
        Refusal("{{ 'abc\" }}", 1, 4, .unclosed, "string"),
        Refusal("{{ \"\\x4\" }}", 1, 4, .literal, "string"),
        Refusal("{{ \"\\u12\" }}", 1, 4, .literal, "string"),
        Refusal("{{ \"\\U00110000\" }}", 1, 4, .literal, "string"),
        Refusal("{{ a ! b }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a != }}", 1, 9, .syntax, "{{"),
        Refusal("{{ a <> b }}", 1, 7, .syntax, "{{"),
        Refusal("{{ a ? b : c }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a && b }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a || b }}", 1, 7, .syntax, "{{"),
        Refusal("{{ !a }}", 1, 4, .syntax, "{{"),
        Refusal("{{ a $ }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a @ b }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a = 1 }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a; b }}", 1, 5, .syntax, "{{"),
        Refusal("{{ a + }}", 1, 8, .syntax, "{{"),
        Refusal("{{ * a }}", 1, 4, .syntax, "{{"),
        Refusal("{{ a ** }}", 1, 9, .syntax, "{{"),
        Refusal("{{ a ~ }}", 1, 8, .syntax, "{{"),
        Refusal("{{ not }}", 1, 8, .syntax, "{{"),
        Refusal("{{ a not b }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a is }}", 1, 9, .syntax, "{{"),
        Refusal("{{ a is not }}", 1, 13, .syntax, "{{"),
        Refusal("{{ a is defined is none }}", 1, 17, .syntax, "{{"),
        Refusal("{{ a| }}", 1, 7, .syntax, "{{"),
        Refusal("{{ a|1 }}", 1, 6, .syntax, "{{"),
        Refusal("{{ a|upper| }}", 1, 13, .syntax, "{{"),
        Refusal("{{ a|upper.  }}", 1, 14, .syntax, "{{"),
        Refusal("{{ a||upper }}", 1, 6, .syntax, "{{"),
        Refusal("{{ f(a, }}", 1, 9, .syntax, "{{"),
        Refusal("{{ f(,) }}", 1, 6, .syntax, "{{"),
        Refusal("{{ f(a b) }}", 1, 8, .syntax, "{{"),
        Refusal("{{ f(a=1, 2) }}", 1, 11, .arguments, "{{"),
        Refusal("{{ f(a=1, a=2) }}", 1, 11, .arguments, "{{"),
        Refusal("{{ f(*a, *b) }}", 1, 10, .arguments, "{{"),
        Refusal("{{ f(**a, **b) }}", 1, 11, .arguments, "{{"),
        Refusal("{{ f(**a, *b) }}", 1, 11, .arguments, "{{"),
        Refusal("{{ f(*a, b) }}", 1, 10, .arguments, "{{"),
        Refusal("{{ f(**a, b) }}", 1, 11, .arguments, "{{"),
        Refusal("{{ f(**a, b=1) }}", 1, 11, .arguments, "{{"),
        Refusal("{{ a if }}", 1, 9, .syntax, "{{"),
        Refusal("{{ a if b else }}", 1, 16, .syntax, "{{"),
        Refusal("{{ a else b }}", 1, 6, .syntax, "{{"),
        Refusal("{{ ² }}", 1, 4, .syntax, "{{"),
        Refusal("{{ a² }}", 1, 5, .syntax, "{{"),
        Refusal("{{ 1__2 }}", 1, 5, .syntax, "{{"),
        Refusal("{{ 0x }}", 1, 5, .syntax, "{{"),
        Refusal("{{ 012 }}", 1, 5, .syntax, "{{"),
        Refusal("{% %}", 1, 4, .syntax, "{%"),
        Refusal("{%", 1, 1, .unclosed, "{%"),
        Refusal("{% if %}", 1, 7, .syntax, "if"),
        Refusal("{% if a", 1, 1, .unclosed, "if"),
        Refusal("{% if a %}", 1, 1, .unclosed, "if"),
        Refusal("{% if a %}{% else %}", 1, 1, .unclosed, "if"),
        Refusal("{% if a %}{% elif %}{% endif %}", 1, 19, .syntax, "{%"),
        Refusal("{% if a %}{% elif b %}", 1, 1, .unclosed, "if"),
        Refusal("{% if a %}{% else %}{% else %}{% endif %}", 1, 24, .misplacedTag, "else"),
        Refusal("{% if a %}{% else %}{% elif b %}{% endif %}", 1, 24, .misplacedTag, "elif"),
        Refusal("{% if a %}{% endfor %}", 1, 14, .misplacedTag, "endfor"),
        Refusal("{% if a %}{% for x in y %}{% endif %}{% endfor %}", 1, 30, .misplacedTag, "endif"),
        Refusal("{% endif %}", 1, 4, .misplacedTag, "endif"),
        Refusal("{% else %}", 1, 4, .misplacedTag, "else"),
        Refusal("{% elif a %}", 1, 4, .misplacedTag, "elif"),
        Refusal("{% endfor %}", 1, 4, .misplacedTag, "endfor"),
        Refusal("{% endif foo %}", 1, 4, .misplacedTag, "endif"),
        Refusal("{% if a %}{% endif a %}", 1, 20, .syntax, "{%"),
        Refusal("{% if a = 1 %}{% endif %}", 1, 9, .syntax, "if"),
        Refusal("{% if a if b else c %}{% endif %}", 1, 9, .syntax, "if"),
        Refusal("{% for %}", 1, 8, .syntax, "for"),
        Refusal("{% for x %}{% endfor %}", 1, 10, .syntax, "for"),
        Refusal("{% for x in %}{% endfor %}", 1, 13, .syntax, "for"),
        Refusal("{% for x in y", 1, 1, .unclosed, "for"),
        Refusal("{% for x in y %}", 1, 1, .unclosed, "for"),
        Refusal("{% for x in y %}{% else %}", 1, 1, .unclosed, "for"),
        Refusal("{% for x in y %}{% else %}{% else %}{% endfor %}", 1, 30, .misplacedTag, "else"),
        Refusal("{% for x, in y %}{% endfor %}", 1, 14, .syntax, "for"),
        Refusal("{% for x.y in z %}{% endfor %}", 1, 9, .syntax, "for"),
        Refusal("{% for 1 in z %}{% endfor %}", 1, 8, .assignment, "for"),
        Refusal("{% for [a] in z %}{% endfor %}", 1, 8, .assignment, "for"),
        Refusal("{% for (a, b.c) in z %}{% endfor %}", 1, 12, .assignment, "for"),
        Refusal("{% for true in z %}{% endfor %}", 1, 8, .assignment, "for"),
        Refusal("{% for loop in z %}{% endfor %}", 1, 8, .assignment, "for"),
        Refusal("{% for a, loop in z %}{% endfor %}", 1, 8, .assignment, "for"),
        Refusal("{% for x in y if %}{% endfor %}", 1, 18, .syntax, "for"),
        Refusal("{% for x in y if a else b %}{% endfor %}", 1, 20, .syntax, "for"),
        Refusal("{% for x in y %}{% set loop = 1 %}{% endfor %}", 1, 24, .assignment, "set"),
        Refusal("{% for x in y %}{% else %}{% set loop = 1 %}{% endfor %}", 1, 34, .assignment, "set"),
        Refusal(
            "{% for x in y %}{% macro m() %}{% set a, loop = 1 %}{% endmacro %}{% endfor %}", 1, 39, .assignment, "set"),
        Refusal("{% for x in y %}{% set loop %}{% endset %}{% endfor %}", 1, 24, .assignment, "set"),
        Refusal("{% set %}", 1, 8, .syntax, "set"),
        Refusal("{% set a %}", 1, 1, .unclosed, "set"),
        Refusal("{% set a = %}", 1, 12, .syntax, "set"),
        Refusal("{% set 1 = 2 %}", 1, 8, .assignment, "set"),
        Refusal("{% set \"a\" = 2 %}", 1, 8, .assignment, "set"),
        Refusal("{% set none = 2 %}", 1, 8, .assignment, "set"),
        Refusal("{% set a, true = 2 %}", 1, 11, .assignment, "set"),
        Refusal("{% set a.b.c = 2 %}", 1, 11, .syntax, "set"),
        Refusal("{% set (a.b) = 2 %}", 1, 9, .assignment, "set"),
        Refusal("{% set [a] = 2 %}", 1, 8, .assignment, "set"),
        Refusal("{% set a[0] = 2 %}", 1, 9, .syntax, "set"),
        Refusal("{% set a() = 2 %}", 1, 9, .syntax, "set"),
        Refusal("{% set a + b = 2 %}", 1, 10, .syntax, "set"),
        Refusal("{% set a, = 2 %}", 1, 11, .syntax, "set"),
        Refusal("{% set a | = 2 %}", 1, 12, .syntax, "set"),
        Refusal("{% set a | upper = 2 %}{% endset %}", 1, 18, .syntax, "set"),
        Refusal("{% set a = 1 b %}", 1, 14, .syntax, "set"),
        Refusal("{% set a %}{% endfor %}", 1, 15, .misplacedTag, "endfor"),
        Refusal("{% with a %}{% endwith %}", 1, 11, .syntax, "with"),
        Refusal("{% with a = 1 b = 2 %}{% endwith %}", 1, 15, .syntax, "with"),
        Refusal("{% with a = 1, %}{% endwith %}", 1, 16, .syntax, "with"),
        Refusal("{% with a.b = 1 %}{% endwith %}", 1, 10, .syntax, "with"),
        Refusal("{% with a, b = 1, 2 %}{% endwith %}", 1, 19, .assignment, "with"),
        Refusal("{% with %}", 1, 1, .unclosed, "with"),
        Refusal("{% filter %}{% endfilter %}", 1, 11, .syntax, "filter"),
        Refusal("{% filter upper %}", 1, 1, .unclosed, "filter"),
        Refusal("{% filter |upper %}{% endfilter %}", 1, 11, .syntax, "filter"),
        Refusal("{% filter upper lower %}{% endfilter %}", 1, 17, .syntax, "filter"),
        Refusal("{% macro %}{% endmacro %}", 1, 10, .syntax, "macro"),
        Refusal("{% macro m %}{% endmacro %}", 1, 12, .syntax, "macro"),
        Refusal("{% macro m( %}{% endmacro %}", 1, 13, .syntax, "macro"),
        Refusal("{% macro m() %}", 1, 1, .unclosed, "macro"),
        Refusal("{% macro m(a b) %}{% endmacro %}", 1, 14, .syntax, "macro"),
        Refusal("{% macro m(a,) %}{% endmacro %}", 1, 14, .syntax, "macro"),
        Refusal("{% macro m(1) %}{% endmacro %}", 1, 12, .syntax, "macro"),
        Refusal("{% macro m(a.b) %}{% endmacro %}", 1, 13, .syntax, "macro"),
        Refusal("{% macro m(true) %}{% endmacro %}", 1, 12, .assignment, "macro"),
        Refusal("{% macro true() %}{% endmacro %}", 1, 10, .assignment, "macro"),
        Refusal("{% macro m(a=1, b) %}{% endmacro %}", 1, 17, .arguments, "macro"),
        Refusal("{% macro m(a, a) %}{% endmacro %}", 1, 15, .arguments, "macro"),
        Refusal("{% macro m(caller) %}{{ caller() }}{% endmacro %}", 1, 1, .arguments, "macro"),
        Refusal("{% macro m(*a) %}{% endmacro %}", 1, 12, .syntax, "macro"),
        Refusal("{% call %}{% endcall %}", 1, 9, .syntax, "call"),
        Refusal("{% call m %}{% endcall %}", 1, 9, .syntax, "call"),
        Refusal("{% call m() %}", 1, 1, .unclosed, "call"),
        Refusal("{% call m()|upper %}{% endcall %}", 1, 9, .syntax, "call"),
        Refusal("{% call(a, a) m() %}{% endcall %}", 1, 12, .arguments, "call"),
        Refusal("{% call() %}{% endcall %}", 1, 11, .syntax, "call"),
        Refusal("{% do %}", 1, 7, .syntax, "do"),
        Refusal("{% do a b %}", 1, 9, .syntax, "do"),
        Refusal("{% print a b %}", 1, 12, .syntax, "print"),
        Refusal("{% break %}", 1, 4, .misplacedTag, "break"),
        Refusal("{% continue %}", 1, 4, .misplacedTag, "continue"),
        Refusal("{% if a %}{% break %}{% endif %}", 1, 14, .misplacedTag, "break"),
        Refusal("{% for x in y %}{% else %}{% break %}{% endfor %}", 1, 30, .misplacedTag, "break"),
        Refusal("{% for x in y %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", 1, 35, .misplacedTag, "break"),
        Refusal(
            "{% for x in y %}{% call m() %}{% continue %}{% endcall %}{% endfor %}", 1, 34, .misplacedTag, "continue"),
        Refusal("{% break 1 %}", 1, 4, .misplacedTag, "break"),
        Refusal("{# a", 1, 1, .unclosed, "{#"),
        Refusal("a {# b #", 1, 3, .unclosed, "{#"),
        Refusal("{% raw %}{% endraw", 1, 1, .unclosed, "raw"),
        Refusal("{% raw %}a{% end raw %}", 1, 1, .unclosed, "raw"),
        Refusal("{% raw +%}a{% endraw %}", 1, 4, .syntax, "raw"),
        Refusal("{% endraw %}", 1, 4, .misplacedTag, "endraw"),
        Refusal("{% include 'a' %}", 1, 4, .refused, "include", inJinja2: false),
        Refusal("{% import 'a' as b %}", 1, 4, .refused, "import", inJinja2: false),
        Refusal("{% from 'a' import b %}", 1, 4, .refused, "from", inJinja2: false),
        Refusal("{% extends 'a' %}", 1, 4, .refused, "extends", inJinja2: false),
        Refusal("{% block a %}{% endblock %}", 1, 4, .refused, "block", inJinja2: false),
        Refusal("{% endblock %}", 1, 4, .misplacedTag, "endblock"),
        Refusal("{% autoescape true %}{% endautoescape %}", 1, 4, .refused, "autoescape", inJinja2: false),
        Refusal("{% trans %}{% endtrans %}", 1, 4, .refused, "trans"),
        Refusal("{% debug %}", 1, 4, .refused, "debug"),
        Refusal("{% foo %}", 1, 4, .unknownTag, "foo"),
        Refusal("{% If a %}{% endif %}", 1, 4, .unknownTag, "If"),
        Refusal("{% endfoo %}", 1, 4, .unknownTag, "endfoo"),
        Refusal("{% if a %}{% foo %}{% endif %}", 1, 14, .unknownTag, "foo"),
        Refusal("{% 'if' %}", 1, 4, .syntax, "{%"),
        Refusal("{% 1 %}", 1, 4, .syntax, "{%"),
        Refusal("{% for x in y recursive %}{% endfor %}", 1, 15, .refused, "recursive", inJinja2: false),
        Refusal("{{ self.a() }}", 1, 4, .refused, "self", inJinja2: false),
        Refusal("{{ super() }}", 1, 4, .refused, "super", inJinja2: false),
        Refusal("{{ self }}", 1, 4, .refused, "self", inJinja2: false),
        Refusal("{{ \"\\ud800\" }}", 1, 4, .literal, "string", inJinja2: false),
        Refusal("{{ \"\\N{BULLET}\" }}", 1, 4, .literal, "string", inJinja2: false),
        Refusal("{{ 9223372036854775808 }}", 1, 4, .literal, "number", inJinja2: false),
        Refusal("{{ a +}}", 1, 7, .syntax, "{{"),
        Refusal("{{ a +%}", 1, 7, .syntax, "{{"),
        Refusal("{{ a %}", 1, 7, .syntax, "{{"),
        Refusal("{% if a }}", 1, 9, .syntax, "if"),
        Refusal("{{ [a -}}", 1, 8, .syntax, "{{"),
        Refusal("a\nb {{ c d }}", 2, 8, .syntax, "{{"),
        Refusal("äö\nüß {{ é è }}", 2, 9, .syntax, "{{"),
        Refusal("a\r\n\r\n  {% foo %}", 3, 6, .unknownTag, "foo"),
        Refusal("{% if a %}\n\n{% for x in y %}\n{% endif %}", 4, 4, .misplacedTag, "endif"),
        Refusal("x\n{{\n a\n b }}", 4, 2, .syntax, "{{"),
        Refusal("{{ 'a\nb' c }}", 2, 4, .syntax, "{{"),
        Refusal("\u{2028}{{ }}", 1, 5, .syntax, "{{"),
        Refusal("{% if a\n%}\n", 1, 1, .unclosed, "if"),
        Refusal("{% set x -%}\n\n {% endif %}", 3, 5, .misplacedTag, "endif"),
        Refusal("a\rb\r{{ ! }}", 3, 4, .syntax, "{{"),
    ]

    @Test(arguments: refusals)
    func refuses(refusal: Refusal) {
        let fault = #expect(throws: TemplateFault.self) {
            try TemplateParser.parse(Array(refusal.testDescription.utf8), options: .init())
        }
        #expect(fault?.line == refusal.line)
        #expect(fault?.column == refusal.column)
        #expect(fault?.kind == refusal.kind)
        #expect(fault?.construct == refusal.construct)
        // What Jinja2 takes and we do not is refused on purpose, or cannot be held.
        if !refusal.inJinja2 { #expect([.refused, .literal].contains(refusal.kind)) }
    }

    @Test(arguments: [
        (
            "{% for x in y %}\n{% if a %}\n{% endfor %}",
            "line 3, column 4: expected elif or else or endif of the if on line 2, found endfor"
        ),
        ("{% if a %}\n{% else %}", "line 1, column 1: {% if %} is never closed: endif is missing"),
        (
            "{% include 'secret' %}",
            "line 1, column 4: {% include %} is refused: a template reaches nothing but its input"
        ),
        ("{{ a", "line 1, column 1: {{ is never closed: expected }}"),
        ("{% set x = 'secret' 'y' 1.5 %}", "line 1, column 25: expected %}, found a number"),
        ("{% loop %}", "line 1, column 4: there is no tag loop"),
    ])
    func says(template: String, message: String) {
        let fault = #expect(throws: TemplateFault.self) {
            try TemplateParser.parse(Array(template.utf8), options: .init())
        }
        #expect(fault?.message == message)
    }

    @Test func namesAreCut() {
        let name = String(repeating: "é", count: 1_000)
        let fault = #expect(throws: TemplateFault.self) {
            try TemplateParser.parse(Array("{% \(name) %}".utf8), options: .init())
        }
        #expect(fault?.construct.unicodeScalars.count == 100)
        #expect((fault?.message.utf8.count ?? .max) < 300)
    }

    @Test func sizeIsBounded() throws {
        let full = [UInt8](repeating: UInt8(ascii: "a"), count: TemplateParser.maximumBytes)
        #expect(try TemplateParser.parse(full, options: .init()).body.count == 1)
        let tooLarge = #expect(throws: TemplateFault.self) {
            try TemplateParser.parse(full + [UInt8(ascii: "a")], options: .init())
        }
        #expect(tooLarge?.kind == .tooLarge)
        let tooMany = "{{ [" + String(repeating: "1,", count: TemplateParser.maximumTokens / 2) + "] }}"
        let tokens = #expect(throws: TemplateFault.self) {
            try TemplateParser.parse(Array(tooMany.utf8), options: .init())
        }
        #expect(tokens?.kind == .tooLarge)
        let notUTF8 = #expect(throws: TemplateFault.self) {
            try TemplateParser.parse([UInt8(ascii: "a"), 0xC3], options: .init())
        }
        #expect(notUTF8?.kind == .syntax)
    }
}
