import Testing

@testable import Prompting

/// What white space Jinja2 3.1.6 leaves, with each of its settings; a `·` stands for an output.
@Suite struct WhiteSpaceTests {
    static let options: [Template.Options] = [
        .init(), .init(trimBlocks: true), .init(lstripBlocks: true), .init(trimBlocks: true, lstripBlocks: true),
        .init(keepTrailingNewline: true), .init(trimBlocks: true, lstripBlocks: true, keepTrailingNewline: true),
    ]

    /// One text for each of `options`.
    static let texts: [(String, [String])] = [
        ("a\n", ["a", "a", "a", "a", "a\n", "a\n"]),
        ("a\n\n", ["a\n", "a\n", "a\n", "a\n", "a\n\n", "a\n\n"]),
        ("a\r\n", ["a", "a", "a", "a", "a\n", "a\n"]),
        ("\n", ["", "", "", "", "\n", "\n"]),
        ("", ["", "", "", "", "", ""]),
        ("a\rb\r\nc\n\r", ["a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n\n", "a\nb\nc\n\n"]),
        ("a\n ", ["a\n ", "a\n ", "a\n ", "a\n ", "a\n ", "a\n "]),
        (" {{- a -}} b", ["·b", "·b", "·b", "·b", "·b", "·b"]),
        (" x {{- a }} y ", [" x· y ", " x· y ", " x· y ", " x· y ", " x· y ", " x· y "]),
        (" x {{ a -}} \n y", [" x ·y", " x ·y", " x ·y", " x ·y", " x ·y", " x ·y"]),
        (
            " x \n {%- if a -%} \n y \n {%- endif -%} \n z",
            [
                " x\u{2039}y\u{203a}z", " x\u{2039}y\u{203a}z", " x\u{2039}y\u{203a}z", " x\u{2039}y\u{203a}z",
                " x\u{2039}y\u{203a}z", " x\u{2039}y\u{203a}z",
            ]
        ),
        ("a {#- c -#} b", ["ab", "ab", "ab", "ab", "ab", "ab"]),
        ("a {#- c #} b", ["a b", "a b", "a b", "a b", "a b", "a b"]),
        ("a {# c -#} b", ["a b", "a b", "a b", "a b", "a b", "a b"]),
        ("a\n{# c #}\nb", ["a\n\nb", "a\nb", "a\n\nb", "a\nb", "a\n\nb", "a\nb"]),
        ("  {# c #}\nb", ["  \nb", "  b", "\nb", "b", "  \nb", "b"]),
        ("x  {# c #}\nb", ["x  \nb", "x  b", "x  \nb", "x  b", "x  \nb", "x  b"]),
        (
            "  {% if a %}\n  x\n  {% endif %}\ny",
            [
                "  \u{2039}\n  x\n  \u{203a}\ny", "  \u{2039}  x\n  \u{203a}y", "\u{2039}\n  x\n\u{203a}\ny",
                "\u{2039}  x\n\u{203a}y", "  \u{2039}\n  x\n  \u{203a}\ny", "\u{2039}  x\n\u{203a}y",
            ]
        ),
        (
            "  {%+ if a +%}\n  x\n  {%- endif +%}\ny",
            [
                "  \u{2039}\n  x\u{203a}\ny", "  \u{2039}\n  x\u{203a}\ny", "  \u{2039}\n  x\u{203a}\ny",
                "  \u{2039}\n  x\u{203a}\ny", "  \u{2039}\n  x\u{203a}\ny", "  \u{2039}\n  x\u{203a}\ny",
            ]
        ),
        (
            "{% if a %}\n\nx{% endif %}\n",
            [
                "\u{2039}\n\nx\u{203a}", "\u{2039}\nx\u{203a}", "\u{2039}\n\nx\u{203a}", "\u{2039}\nx\u{203a}",
                "\u{2039}\n\nx\u{203a}\n", "\u{2039}\nx\u{203a}",
            ]
        ),
        (
            "x {% if a %} y {% endif %} z",
            [
                "x \u{2039} y \u{203a} z", "x \u{2039} y \u{203a} z", "x \u{2039} y \u{203a} z",
                "x \u{2039} y \u{203a} z", "x \u{2039} y \u{203a} z", "x \u{2039} y \u{203a} z",
            ]
        ),
        (
            "\t {% if a %}\n\t{{ b }}\n\t{% endif %}\n",
            [
                "\t \u{2039}\n\t·\n\t\u{203a}", "\t \u{2039}\t·\n\t\u{203a}", "\u{2039}\n\t·\n\u{203a}",
                "\u{2039}\t·\n\u{203a}", "\t \u{2039}\n\t·\n\t\u{203a}\n", "\u{2039}\t·\n\u{203a}",
            ]
        ),
        ("  {{ a }}\n  {{+ b }}\n", ["  ·\n  ·", "  ·\n  ·", "  ·\n  ·", "  ·\n  ·", "  ·\n  ·\n", "  ·\n  ·\n"]),
        (
            "{% raw %}\n x \n{% endraw %}\ny",
            ["\n x \n\ny", "\n x \ny", "\n x \n\ny", "\n x \ny", "\n x \n\ny", "\n x \ny"]
        ),
        ("  {% raw -%}\n x \n  {%- endraw -%}\ny", ["  xy", "  xy", "xy", "xy", "  xy", "xy"]),
        (
            "a\n  {% raw %} b\n  {% endraw %}\nc",
            ["a\n   b\n  \nc", "a\n   b\n  c", "a\n b\n\nc", "a\n b\nc", "a\n   b\n  \nc", "a\n b\nc"]
        ),
        (
            "a\n  {%+ raw %} b\n  {%+ endraw +%}\nc",
            [
                "a\n   b\n  \nc", "a\n   b\n  \nc", "a\n   b\n  \nc", "a\n   b\n  \nc", "a\n   b\n  \nc",
                "a\n   b\n  \nc",
            ]
        ),
        ("a \u{a0}\u{2003}{{- b -}}\u{3000}\u{2028} c", ["a·c", "a·c", "a·c", "a·c", "a·c", "a·c"]),
        ("a\u{200b}{{- b }}", ["a\u{200b}·", "a\u{200b}·", "a\u{200b}·", "a\u{200b}·", "a\u{200b}·", "a\u{200b}·"]),
        (
            "{% if a %}{% endif %}\n  {% if b %}{% endif %}\n",
            [
                "\u{2039}\u{203a}\n  \u{2039}\u{203a}", "\u{2039}\u{203a}  \u{2039}\u{203a}",
                "\u{2039}\u{203a}\n\u{2039}\u{203a}", "\u{2039}\u{203a}\u{2039}\u{203a}",
                "\u{2039}\u{203a}\n  \u{2039}\u{203a}\n", "\u{2039}\u{203a}\u{2039}\u{203a}",
            ]
        ),
        (
            "{{ a }}\n  {% if b %}{% endif %}\n",
            [
                "·\n  \u{2039}\u{203a}", "·\n  \u{2039}\u{203a}", "·\n\u{2039}\u{203a}", "·\n\u{2039}\u{203a}",
                "·\n  \u{2039}\u{203a}\n", "·\n\u{2039}\u{203a}",
            ]
        ),
        (
            "{{ a -}}\n  {% if b %}{% endif %}",
            [
                "·\u{2039}\u{203a}", "·\u{2039}\u{203a}", "·\u{2039}\u{203a}", "·\u{2039}\u{203a}", "·\u{2039}\u{203a}",
                "·\u{2039}\u{203a}",
            ]
        ),
        (
            "{% if a -%}\n  {%+ if b %}{% endif %}{% endif %}",
            [
                "\u{2039}\u{2039}\u{203a}\u{203a}", "\u{2039}\u{2039}\u{203a}\u{203a}",
                "\u{2039}\u{2039}\u{203a}\u{203a}", "\u{2039}\u{2039}\u{203a}\u{203a}",
                "\u{2039}\u{2039}\u{203a}\u{203a}", "\u{2039}\u{2039}\u{203a}\u{203a}",
            ]
        ),
        (
            "{#-#}  {% if b %}{% endif %}",
            [
                "  \u{2039}\u{203a}", "  \u{2039}\u{203a}", "  \u{2039}\u{203a}", "  \u{2039}\u{203a}",
                "  \u{2039}\u{203a}", "  \u{2039}\u{203a}",
            ]
        ),
        (
            "a\n\n  {% if b %}\n\n{% endif %}\n\n",
            [
                "a\n\n  \u{2039}\n\n\u{203a}\n", "a\n\n  \u{2039}\n\u{203a}", "a\n\n\u{2039}\n\n\u{203a}\n",
                "a\n\n\u{2039}\n\u{203a}", "a\n\n  \u{2039}\n\n\u{203a}\n\n", "a\n\n\u{2039}\n\u{203a}\n",
            ]
        ),
        (
            "{# c #}\n  {% if b %}\n{% endif %}",
            [
                "\n  \u{2039}\n\u{203a}", "  \u{2039}\u{203a}", "\n\u{2039}\n\u{203a}", "\u{2039}\u{203a}",
                "\n  \u{2039}\n\u{203a}", "\u{2039}\u{203a}",
            ]
        ),
        ("  {#+ c +#}\nb", ["  \nb", "  \nb", "  \nb", "  \nb", "  \nb", "  \nb"]),
        ("x\n  {#- c +#}\nb", ["x\nb", "x\nb", "x\nb", "x\nb", "x\nb", "x\nb"]),
        (
            "{ {a} } {% if a %}{ {% endif %}}",
            [
                "{ {a} } \u{2039}{ \u{203a}}", "{ {a} } \u{2039}{ \u{203a}}", "{ {a} } \u{2039}{ \u{203a}}",
                "{ {a} } \u{2039}{ \u{203a}}", "{ {a} } \u{2039}{ \u{203a}}", "{ {a} } \u{2039}{ \u{203a}}",
            ]
        ),
        ("\u{1c}{{- a -}}\u{1f} b", ["·b", "·b", "·b", "·b", "·b", "·b"]),
        ("a\u{85}{{- b }}", ["a·", "a·", "a·", "a·", "a·", "a·"]),
    ]

    @Test(arguments: texts)
    func isJinjas(template: String, texts: [String]) throws {
        #expect(try Self.options.map { try TemplateSyntax.text(template, $0) } == texts)
    }
}
