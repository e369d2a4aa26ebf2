import Testing

@testable import Prompting

@Suite struct TemplateVariableTests {
    private static func variables(_ template: String) throws -> [TemplateVariable] {
        try TemplateParser.parse(Array(template.utf8), options: .init()).variables()
    }

    /// The names that `meta.find_undeclared_variables` finds, less Jinja2's globals; `!` marks one that is required.
    static let names: [(String, [String])] = [
        ("plain", []),
        ("{{ b }}{{ a }}{{ b }}", ["b!", "a!"]),
        ("{{ a.b.c }}{{ a['d'] }}{{ a.0 }}", ["a!"]),
        ("{{ range(n) }}{{ dict(a=b) }}{{ namespace() }}{{ cycler(1) }}{{ joiner() }}{{ lipsum() }}", ["n!", "b"]),
        ("{{ a if b else c }}", ["b!", "a", "c"]),
        ("{{ a and b or c }}", ["a!", "b", "c"]),
        ("{{ a < b < c }}", ["a!", "b!", "c"]),
        ("{{ a is defined }}{{ b is undefined }}{{ c|default(d) }}{{ e|d }}", ["a", "b", "c", "d", "e"]),
        ("{{ a.b is defined }}{{ c.d|default('') }}", ["a!", "c!"]),
        ("{{ a is none }}{{ b is string }}{{ c is odd }}", ["a", "b", "c!"]),
        ("{{ a is none }}{{ a }}", ["a!"]),
        ("{{ a|default('') }}{{ a }}", ["a"]),
        ("{% if a %}{{ b }}{% elif c %}{{ d }}{% else %}{{ e }}{% endif %}{{ d }}", ["a!", "b", "c", "d!", "e"]),
        (
            "{% for x in xs if x.ok and y %}{{ x }}{{ z }}{{ loop.index }}{% else %}{{ w }}{% endfor %}",
            ["xs!", "y", "z", "w"]
        ),
        ("{% for x in xs %}{% endfor %}{{ x }}", ["xs!", "x!"]),
        ("{% for x in x %}{% endfor %}", ["x!"]),
        ("{% for a, (b, c) in d.items() %}{{ a }}{{ b }}{{ c }}{% endfor %}", ["d!"]),
        ("{{ loop }}", ["loop!"]),
        ("{% for x in xs if loop.first %}{% endfor %}", ["xs!", "loop"]),
        ("{% for x in xs %}{% else %}{{ loop }}{% endfor %}", ["xs!", "loop"]),
        ("{% set a = b %}{{ a }}", ["b!"]),
        ("{{ a }}{% set a = 1 %}{{ a }}", ["a!"]),
        ("{% set a = a %}{{ a }}", ["a!"]),
        ("{% set a, b = c %}{{ a }}{{ b }}", ["c!"]),
        ("{% set n.x = 1 %}", ["n!"]),
        ("{% set n = namespace(x=y) %}{% set n.x = z %}{{ n.x }}", ["y", "z"]),
        ("{% set a %}{{ b }}{% set c = 1 %}{% endset %}{{ a }}{{ c }}", ["b!", "c!"]),
        ("{% if a %}{% set b = 1 %}{% else %}{% set b = 2 %}{% endif %}{{ b }}", ["a!"]),
        ("{% if a %}{% set b = 1 %}{% endif %}{{ b }}", ["a!", "b"]),
        ("{% if b is not defined %}{% set b = 1 %}{% endif %}{{ b }}", ["b"]),
        (
            "{% if a %}{% if c %}{% set b = 1 %}{% else %}{% set b = 2 %}{% endif %}{% else %}{% set b = 3 %}{% endif %}{{ b }}",
            ["a!", "c"]
        ),
        ("{% for x in xs %}{{ y }}{% endfor %}{% set y = 1 %}", ["xs!"]),
        ("{% for x in xs %}{{ y }}{% set y = 1 %}{% endfor %}", ["xs!", "y"]),
        ("{% for x in xs %}{% set y = 1 %}{% endfor %}{{ y }}", ["xs!", "y!"]),
        ("{% set y = 1 %}{% for x in xs %}{% if x %}{% set y = z %}{% endif %}{{ y }}{% endfor %}", ["xs!", "z"]),
        ("{% with a = b, c = a %}{{ a }}{{ c }}{{ d }}{% endwith %}{{ c }}", ["b!", "a!", "d!", "c!"]),
        ("{% filter replace(a, b) %}{{ c }}{% endfilter %}", ["c!", "a!", "b!"]),
        (
            "{% macro m(a, b=c) %}{{ a }}{{ b }}{{ d }}{{ caller() }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(e) }}",
            ["c", "d", "e"]
        ),
        ("{% macro m() %}{{ y }}{% endmacro %}{% set y = 1 %}{{ m() }}", []),
        ("{{ m() }}{% macro m() %}{% endmacro %}", ["m!"]),
        ("{{ caller }}{% macro m(x=caller) %}{% endmacro %}", ["caller!"]),
        ("{% macro m() %}{% endmacro %}{% call(a) m(b) %}{{ a }}{{ c }}{% endcall %}", ["b", "c"]),
        ("{{ a[b] }}{{ a[c:d] }}{{ f(g, h=i, *j, **k) }}", ["a!", "b!", "c!", "d!", "f!", "g", "i", "j!", "k!"]),
        ("{{ e\u{301} }}{{ \u{e9} }}", ["e\u{301}!", "\u{e9}!"]),
        ("{{ if }}", ["if!"]),
        ("{% set b = a %}", ["a"]),
        ("{% set b = a.c %}", ["a!"]),
        ("{% set b, c = a %}", ["a!"]),
        ("{% set b = [a, {'k': c}] %}{% do d %}{{ range(e) }}", ["a", "c", "d", "e!"]),
        ("{% set b = a %}{% if c %}{{ b }}{% endif %}", ["a", "c!"]),
    ]

    @Test(arguments: names)
    func finds(template: String, names: [String]) throws {
        let found = try Self.variables(template).map { $0.name + ($0.isRequired ? "!" : "") }
        #expect(found.map { Array($0.utf8) } == names.map { Array($0.utf8) })
    }

    static let paths: [(String, [String])] = [
        ("{{ a.b.c }}{{ a.b }}{{ a.b.c }}", ["a.b.c", "a.b"]),
        ("{{ a['b'].c }}{{ a.0.x }}{{ a[1]['y'] }}", ["a.b.c", "a.0.x", "a.1.y"]),
        ("{{ a[i].c }}", ["a", "i"]),
        ("{{ a.b.upper() }}{{ a.items() }}", ["a.b", "a"]),
        ("{{ a['x.y'].z }}{{ a['']['b'] }}", ["a"]),
        ("{% for x in a.b %}{{ x.c }}{% endfor %}", ["a.b"]),
        ("{{ a.b|default(1) }}{{ a.c is defined }}", ["a.b", "a.c"]),
    ]

    @Test(arguments: paths)
    func tellsPaths(template: String, paths: [String]) throws {
        #expect(try Self.variables(template).flatMap(\.paths) == paths)
    }

    /// A shape in short: members in braces (`!` where required), elements in brackets, what is said of the value itself.
    private static func short(_ shape: TemplateVariable.Shape) -> String {
        let members = shape.members.map { $0.name + ($0.isRequired ? "!" : "") + ":" + short($0.shape) }
        return (shape.isPrinted ? "p" : "") + (shape.isIterated ? "i" : "")
            + shape.methods.map { ".\($0)()" }.joined() + shape.filters.map { "|\($0)" }.joined()
            + (members.isEmpty ? "" : "{" + members.joined(separator: " ") + "}")
            + shape.elements.map { "[" + short($0) + "]" }.joined()
    }

    static let shapes: [(String, [String])] = [
        ("{{ a }}", ["p"]),
        ("{{ a ~ b }}{% set c = a %}", ["p", "p"]),
        ("{{ a.b.c }}{{ a.d }}", ["{b!:{c!:p} d!:p}"]),
        ("{{ a.b|default('') }}{% if a.c %}{{ a.d }}{% endif %}", ["{b: c!: d:p}"]),
        (
            "{% for x in xs %}{{ x.t }}{% if x.u is defined %}{{ x.u }}{% endif %}{{ x.u }}{% endfor %}",
            ["i[{t!:p u:p}]"]
        ),
        ("{% for m in a.ms %}{% for c in m.cs %}{{ c.t }}{% endfor %}{% endfor %}", ["{ms!:i[{cs!:i[{t!:p}]}]}"]),
        ("{% for k, v in a.items() %}{{ k }}{{ v.n }}{% endfor %}", [".items()[{n!:p}]"]),
        ("{% for k in a.keys() %}{{ k.n }}{% endfor %}", [".keys()"]),
        ("{{ a.upper() }}{{ b|join(', ') }}{{ b|length }}", [".upper()", "|join|length"]),
        ("{{ a[0].b }}", ["i[{b!:p}]"]),
        ("{% set c = a.b %}{{ c.d }}", ["{b!:{d!:p}}"]),
        ("{% if x %}{% set c = a %}{% else %}{% set c = b %}{% endif %}{{ c.d }}", ["", "", ""]),
        ("{% with c = a.b %}{{ c.d }}{% endwith %}", ["{b!:{d!:p}}"]),
        ("{% macro m(x) %}{{ x.y }}{{ a.b }}{% endmacro %}", ["{b:p}"]),
    ]

    @Test(arguments: shapes)
    func tellsShapes(template: String, shapes: [String]) throws {
        #expect(try Self.variables(template).map { Self.short($0.shape) } == shapes)
    }

    /// Names that alias one another over and over do not make trees without end.
    @Test func shapesAreBounded() throws {
        let template = "{% set x = a.b %}" + String(repeating: "{% set x = x.b %}", count: 5_000) + "{{ x }}"
        #expect(try Self.variables(template).map(\.name) == ["a"])
    }
}
