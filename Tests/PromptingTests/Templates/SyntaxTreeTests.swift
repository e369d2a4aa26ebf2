import Testing

@testable import Prompting

/// What Jinja2 3.1.6 makes of templates: its own tree of each, printed as `SyntaxDump` prints ours.
@Suite struct SyntaxTreeTests {
    static let trees: [(String, String)] = [
        ("plain", "'plain'"),
        ("{{ a }}", "(out a)"),
        ("{{ a.b.c }}", "(out (.c (.b a)))"),
        ("{{ a.0.1 }}", "(out (item (item a 0) 1))"),
        ("{{ a. b }}", "(out (.b a))"),
        ("{{ a[\"b\"][0] }}", "(out (item (item a 'b') 0))"),
        ("{{ a[1:2] }}", "(out (slice a 1 2 _))"),
        ("{{ a[:] }}", "(out (slice a _ _ _))"),
        ("{{ a[::2] }}", "(out (slice a _ _ 2))"),
        ("{{ a[1::-1] }}", "(out (slice a 1 _ (neg 1)))"),
        ("{{ a[:b] }}", "(out (slice a _ b _))"),
        ("{{ a[b::] }}", "(out (slice a b _ _))"),
        ("{{ a[1, 2] }}", "(out (item a (tuple 1 2)))"),
        ("{{ a[] }}", "(out (item a (tuple)))"),
        ("{{ \"x\".upper() }}", "(out (call (.upper 'x')))"),
        ("{{ [1][0] }}", "(out (item [1] 0))"),
        ("{{ {\"a\": 1}.a }}", "(out (.a (dict 'a':1)))"),
        ("{{ 1.5.real }}", "(out (.real 1.5))"),
        ("{{ f() }}", "(out (call f))"),
        ("{{ f(1, a, k=2, *b, **c) }}", "(out (call f{1 a k=2 *b **c}))"),
        ("{{ f(a,) }}", "(out (call f{a}))"),
        ("{{ f(k=1, *b) }}", "(out (call f{k=1 *b}))"),
        ("{{ a.b(1).c[2](3) }}", "(out (call (item (.c (call (.b a){1})) 2){3}))"),
        ("{{ true }}", "(out True)"),
        ("{{ True }}", "(out True)"),
        ("{{ false }}", "(out False)"),
        ("{{ none }}", "(out None)"),
        ("{{ None }}", "(out None)"),
        ("{{ TRUE }}", "(out TRUE)"),
        ("{{ 1 }}", "(out 1)"),
        ("{{ 1_000 }}", "(out 1000)"),
        ("{{ 0x_fF }}", "(out 255)"),
        ("{{ 0b101 }}", "(out 5)"),
        ("{{ 0O17 }}", "(out 15)"),
        ("{{ 00 }}", "(out 0)"),
        ("{{ 0_0 }}", "(out 0)"),
        ("{{ 9223372036854775807 }}", "(out 9223372036854775807)"),
        ("{{ 1.5 }}", "(out 1.5)"),
        ("{{ 1e3 }}", "(out 1000.0)"),
        ("{{ 1_0.5_0e-1_0 }}", "(out 1.05e-09)"),
        ("{{ 1.e5 }}", "(out (.e5 1))"),
        ("{{ 2.5E+2 }}", "(out 250.0)"),
        ("{{ 'a' \"b\" 'c' }}", "(out 'abc')"),
        ("{{ [] }}", "(out [])"),
        ("{{ [1,] }}", "(out [1])"),
        ("{{ () }}", "(out (tuple))"),
        ("{{ (1,) }}", "(out (tuple 1))"),
        ("{{ (1) }}", "(out 1)"),
        ("{{ 1, }}", "(out (tuple 1))"),
        ("{{ 1, 2 }}", "(out (tuple 1 2))"),
        ("{{ {} }}", "(out (dict))"),
        ("{{ {'a': {}} }}", "(out (dict 'a':(dict)))"),
        ("{{ {1: 2,} }}", "(out (dict 1:2))"),
        ("{{ {'a':{'b':[{}]}}}}", "(out (dict 'a':(dict 'b':[(dict)])))"),
        ("{{ 1 + 2 * 3 }}", "(out (+ 1 (* 2 3)))"),
        ("{{ (1 + 2) * 3 }}", "(out (* (+ 1 2) 3))"),
        ("{{ 1 - 2 - 3 }}", "(out (- (- 1 2) 3))"),
        ("{{ 8 / 2 // 3 % 4 }}", "(out (% (// (/ 8 2) 3) 4))"),
        ("{{ 2 ** 3 ** 2 }}", "(out (** (** 2 3) 2))"),
        ("{{ -2 ** 2 }}", "(out (** (neg 2) 2))"),
        ("{{ 2 ** -1 }}", "(out (** 2 (neg 1)))"),
        ("{{ a ~ b ~ c }}", "(out (~ a b c))"),
        ("{{ a ~ b + c }}", "(out (+ (~ a b) c))"),
        ("{{ a + b ~ c * d }}", "(out (+ a (~ b (* c d))))"),
        ("{{ -a.b }}", "(out (neg (.b a)))"),
        ("{{ - -a }}", "(out (neg (neg a)))"),
        ("{{ +a }}", "(out (pos a))"),
        ("{{ -a|abs }}", "(out (|abs (neg a)))"),
        ("{{ -a[0] }}", "(out (neg (item a 0)))"),
        ("{{ a - -1 }}", "(out (- a (neg 1)))"),
        ("{{-1}}", "(out 1)"),
        ("{{+1}}", "(out 1)"),
        ("{{ not a }}", "(out (not a))"),
        ("{{ not not a }}", "(out (not (not a)))"),
        ("{{ not a == b }}", "(out (not (cmp a == b)))"),
        ("{{ not a and b }}", "(out (and (not a) b))"),
        ("{{ a and not b or c }}", "(out (or (and a (not b)) c))"),
        ("{{ a == b }}", "(out (cmp a == b))"),
        ("{{ a < b <= c != d }}", "(out (cmp a < b <= c != d))"),
        ("{{ a in b }}", "(out (cmp a in b))"),
        ("{{ a not in b }}", "(out (cmp a not in b))"),
        ("{{ a in b in c }}", "(out (cmp a in b in c))"),
        ("{{ not a in b }}", "(out (not (cmp a in b)))"),
        ("{{ a or b and c }}", "(out (or a (and b c)))"),
        ("{{ (a or b) and c }}", "(out (and (or a b) c))"),
        ("{{ a and b and c and d }}", "(out (and a b c d))"),
        ("{{ a if b else c }}", "(out (? b a c))"),
        ("{{ a if b }}", "(out (? b a))"),
        ("{{ a if b else c if d else e }}", "(out (? b a (? d c e)))"),
        ("{{ a if b if c }}", "(out (? c (? b a)))"),
        ("{{ (a if b else c).d }}", "(out (.d (? b a c)))"),
        ("{{ a|f }}", "(out (|f a))"),
        ("{{ a|f|g }}", "(out (|g (|f a)))"),
        ("{{ a|f(1)|g(x=2) }}", "(out (|g{x=2} (|f{1} a)))"),
        ("{{ a.b|f.g }}", "(out (|f.g (.b a)))"),
        ("{{ 1 + a|f }}", "(out (+ 1 (|f a)))"),
        ("{{ a|f + 1 }}", "(out (+ (|f a) 1))"),
        ("{{ a|f.g(1) }}", "(out (|f.g{1} a))"),
        ("{{ a is b }}", "(out (is b a))"),
        ("{{ a is not b }}", "(out (not (is b a)))"),
        ("{{ a is b(1, 2) }}", "(out (is b{1 2} a))"),
        ("{{ a is divisibleby 3 }}", "(out (is divisibleby{3} a))"),
        ("{{ a is divisibleby 3 * 2 }}", "(out (* (is divisibleby{3} a) 2))"),
        ("{{ a is sameas b.c[0] }}", "(out (is sameas{(item (.c b) 0)} a))"),
        ("{{ a is defined and b is not none }}", "(out (and (is defined a) (not (is none b))))"),
        ("{{ not a is b }}", "(out (not (is b a)))"),
        ("{{ a|f is b|g }}", "(out (|g (is b (|f a))))"),
        ("{{ 1 + 2 is odd }}", "(out (+ 1 (is odd 2)))"),
        ("{{ a is in [1] }}", "(out (is in{[1]} a))"),
        ("{{ a is eq \"x\" }}", "(out (is eq{'x'} a))"),
        ("{{ a if b is defined else c }}", "(out (? (is defined b) a c))"),
        ("{{ a is b(1)(2) }}", "(out (call (is b{1} a){2}))"),
        ("{{ a is not not_b }}", "(out (not (is not_b a)))"),
        ("{{ if }}", "(out if)"),
        ("{{ in }}", "(out in)"),
        ("{{ is_ }}", "(out is_)"),
        ("{{ else }}", "(out else)"),
        ("{{ and }}", "(out and)"),
        ("{{ for }}", "(out for)"),
        ("{{ größe.名前 }}", "(out (.名前 größe))"),
        ("{{ _a1 }}", "(out _a1)"),
        ("{{ \"}}\" }}{{ '%}' }}{{ \"{% if %}\" }}", "(out '}}') (out '%}') (out '{% if %}')"),
        ("{{ (a,) if b else () }}", "(out (? b (tuple a) (tuple)))"),
        ("{{ a,b|f }}", "(out (tuple a (|f b)))"),
        ("{% if a %}1{% endif %}", "(if (when a '1'))"),
        (
            "{% if a %}1{% elif b %}2{% elif c %}3{% else %}4{% endif %}",
            "(if (when a '1') (when b '2') (when c '3') (else '4'))"
        ),
        (
            "{% if a, b %}{% endif %}{% if a: %}x{% else: %}y{% endif %}",
            "(if (when (tuple a b))) (if (when a 'x') (else 'y'))"
        ),
        (
            "{% for a in b %}1{% endfor %}{% for a in b %}1{% else %}2{% endfor %}",
            "(for a b '1') (for a b '1' (else '2'))"
        ),
        ("{% for a, b in c %}{% endfor %}", "(for <a b> c)"),
        ("{% for (a, b) in c %}{% endfor %}", "(for <a b> c)"),
        ("{% for a, (b, c) in d %}{% endfor %}", "(for <a <b c>> d)"),
        ("{% for a in b if c %}{% endfor %}", "(for a b (if c))"),
        ("{% for a in b if c if d else e %}{% endfor %}", "(for a b (if (? d c e)))"),
        ("{% for a in b, c %}{% endfor %}", "(for a (tuple b c))"),
        ("{% for a in recursive %}{% endfor %}", "(for a recursive)"),
        ("{% for a in b %}{% break %}{% continue %}{% endfor %}", "(for a b (break) (continue))"),
        ("{% for a in b %}{% if c %}{% break %}{% endif %}{% endfor %}", "(for a b (if (when c (break))))"),
        (
            "{% for a in b %}{% for c in d %}{% else %}{% break %}{% endfor %}{% endfor %}",
            "(for a b (for c d (else (break))))"
        ),
        ("{% set a = 1 %}", "(set a 1)"),
        ("{% set a = 1, 2 %}", "(set a (tuple 1 2))"),
        ("{% set a, b = c %}", "(set <a b> c)"),
        ("{% set (a, b) = c %}", "(set <a b> c)"),
        ("{% set n.x = 1 %}", "(set n.x 1)"),
        ("{% set n.x, a = 1, 2 %}", "(set <n.x a> (tuple 1 2))"),
        ("{% set () = a %}", "(set <> a)"),
        (
            "{% set a %}x{{ b }}{% endset %}{% set a | f | g(1) %}x{% endset %}{% set a, b %}{% endset %}",
            "(set-block a 'x' (out b)) (set-block a |f |g{1} 'x') (set-block <a b>)"
        ),
        ("{% with %}{% endwith %}", "(with)"),
        ("{% with a = 1 %}{{ a }}{% endwith %}", "(with (a 1) (out a))"),
        ("{% with a = 1, b = a, (c, d) = e %}{% endwith %}", "(with (a 1) (b a) (<c d> e))"),
        ("{% filter f %}x{% endfilter %}{% filter f|g(1) %}x{% endfilter %}", "(filter |f 'x') (filter |f |g{1} 'x')"),
        ("{% macro m() %}{% endmacro %}", "(macro m [])"),
        ("{% macro m(a, b=1, c=a) %}{{ a }}{% endmacro %}", "(macro m [a b=1 c=a] (out a))"),
        ("{% macro m(caller=none) %}{{ caller() }}{% endmacro %}", "(macro m [caller=None] (out (call caller)))"),
        ("{% macro m(caller) %}{% endmacro %}", "(macro m [caller])"),
        (
            "{% call m() %}x{% endcall %}{% call(a, b=2) m.n(1) %}{{ a }}{% endcall %}",
            "(call-block (call m) [] 'x') (call-block (call (.n m){1}) [a b=2] (out a))"
        ),
        (
            "{% do a.append(1) %}{% do a, b %}{% print a %}{% print a, 1 %}{% print %}",
            "(do (call (.append a){1})) (do (tuple a b)) (out a) (out a) (out 1)"
        ),
        ("{# c #}a{#-#}b{##}c{# {{ x }} {% if %} #}d", "'abcd'"),
        ("{% raw %}{{ a }}{% if %}{# x #}{% endraw %}", "'{{ a }}{% if %}{# x #}'"),
        ("{%raw%}a{%endraw%}{%- raw -%} b {%- endraw -%} c", "'abc'"),
        ("a{#", "'a'"),
        ("{% raw %}", ""),
        ("{%if a%}{%endif%}{%   if   a   %}{%\tendif\n%}", "(if (when a)) (if (when a))"),
    ]

    @Test(arguments: trees)
    func isJinjas(template: String, tree: String) throws {
        #expect(try TemplateSyntax.dump(template) == tree)
    }

    /// Code points of the literals' values, as Python has them.
    static let strings: [(String, [UInt32])] = [
        ("'a\\n\\t\\r\\a\\b\\f\\v'", [97, 10, 9, 13, 7, 8, 12, 11]),
        ("'\\\\ \\' \\\"'", [92, 32, 39, 32, 34]),
        ("\"\\'\"", [39]),
        ("'\\x41\\u00e9\\U0001F600'", [65, 233, 128512]),
        ("'\\101\\0\\7\\777\\1018'", [65, 0, 7, 511, 65, 56]),
        (
            "'\\q\\é\\\u{20ac}\\😀'",
            [92, 113, 92, 120, 101, 57, 92, 117, 50, 48, 97, 99, 92, 85, 48, 48, 48, 49, 102, 54, 48, 48]
        ),
        ("'a\\\nb'", [97, 98]),
        ("'é😀'", [233, 128512]),
        ("''", []),
        ("'\\xe9é'", [233, 233]),
        ("'line\r\nbreak'", [108, 105, 110, 101, 10, 98, 114, 101, 97, 107]),
        ("'\\8'", [92, 56]),
        ("'a\\\r\nb'", [97, 98]),
    ]

    @Test(arguments: strings)
    func readsStringsAsPython(literal: String, scalars: [UInt32]) throws {
        let template = Array("{{ \(literal) }}".utf8)
        let syntax = try TemplateParser.parse(template, options: .init())
        guard case .output(let expression) = try #require(syntax.body.first).kind,
            case .literal(.string(let text)) = expression.kind
        else {
            Issue.record("no string")
            return
        }
        #expect(text.string.unicodeScalars.map(\.value) == scalars)
    }

    @Test func placesAreOffsetsInTheSource() throws {
        let syntax = try TemplateParser.parse(Array("é\r\n{{ a.b }}\r{% if x %}{% endif %}".utf8), options: .init())
        #expect(syntax.body.map { syntax.source.place(of: $0.at).line } == [1, 2, 2, 3])
        #expect(syntax.body.map { syntax.source.place(of: $0.at).column } == [1, 1, 10, 1])
        guard case .output(let expression) = syntax.body[1].kind else { return }
        #expect(syntax.source.place(of: expression.at).column == 4)
    }
}
