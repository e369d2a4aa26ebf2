import Prompting

/// Templates and what Jinja2 3.1.6 makes of them, written down from its own answers: `EvaluationCase.input` in its
/// sandbox, undefined values strict where not said otherwise.
extension EvaluationCase {
    static let scoping = [
        EvaluationCase(#"{{ y }}{% set y = 1 %}{{ y }}"#, #"Y1"#),
        EvaluationCase(#"{% for x in xs %}{{ y }}{% endfor %}{% set y = 1 %}"#, fault: .undefined),
        EvaluationCase(#"{% if f %}{% set y = 1 %}{% endif %}{{ y }}"#, #"Y"#),
        EvaluationCase(#"{% if t %}{% set y = 1 %}{% endif %}{{ y }}"#, #"1"#),
        EvaluationCase(#"{% if f %}{% set q = 1 %}{% endif %}{{ q }}"#, fault: .undefined),
        EvaluationCase(
            #"{% if f %}{% set q = 1 %}{% elif t %}{% set q = 2 %}{% else %}{% set q = 3 %}{% endif %}{{ q }}"#, #"2"#),
        EvaluationCase(
            #"{% if f %}{% set q = 1 %}{% elif f %}{% set y = 2 %}{% else %}{% set q = 3 %}{% endif %}{{ q }}{{ y }}"#,
            #"3Y"#),
        EvaluationCase(#"{% set i = 0 %}{% for x in xs %}{% set i = i + x %}{{ i }},{% endfor %}{{ i }}"#, #"1,2,3,0"#),
        EvaluationCase(#"{% for x in xs %}{% set i = x %}{{ i }}{% endfor %}{{ i is defined }}"#, #"123False"#),
        EvaluationCase(#"{% for x in xs %}{{ x }}{% endfor %}{{ x is defined }}"#, #"123False"#),
        EvaluationCase(#"{% set x = 9 %}{% for x in xs %}{{ x }}{% endfor %}{{ x }}"#, #"1239"#),
        EvaluationCase(#"{% for x in x %}{{ x }}{% endfor %}"#, #"12"#, input: #"{"x": [1, 2]}"#),
        EvaluationCase(#"{% for xs in xs %}{{ xs }}{% endfor %}{{ xs }}"#, #"123[1, 2, 3]"#),
        EvaluationCase(#"{% with a = 1, b = y %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}"#, #"1YFalse"#),
        EvaluationCase(#"{% with y = 1, b = y %}{{ y }}{{ b }}{% endwith %}{{ y }}"#, #"1YY"#),
        EvaluationCase(#"{% with %}{% set y = 5 %}{{ y }}{% endwith %}{{ y }}"#, #"5Y"#),
        EvaluationCase(#"{% with (a, b) = (1, 2) %}{{ a }}{{ b }}{% endwith %}"#, #"12"#),
        EvaluationCase(#"{% set (a, b) = (1, 2) %}{{ a }}{{ b }}"#, #"12"#),
        EvaluationCase(#"{% set a, b = 'xy' %}{{ a }}{{ b }}"#, #"xy"#),
        EvaluationCase(#"{% set a, b = d %}{{ a }}{{ b }}"#, #"ab"#),
        EvaluationCase(#"{% set a, (b, q) = 1, (2, 3) %}{{ a }}{{ b }}{{ q }}"#, #"123"#),
        EvaluationCase(#"{% set a, b = xs %}"#, fault: .value),
        EvaluationCase(#"{% set a, b, e, g = xs %}"#, fault: .value),
        EvaluationCase(#"{% set a, b = 1 %}"#, fault: .type),
        EvaluationCase(#"{% set a, b = zz %}"#, fault: .undefined),
        EvaluationCase(#"{% set a, b = n %}"#, fault: .type),
        EvaluationCase(#"{% set v %}a{{ y }}b{% endset %}[{{ v }}]"#, #"[aYb]"#),
        EvaluationCase(#"{% set v | upper %}a{{ y }}b{% endset %}[{{ v }}]"#, #"[AYB]"#),
        EvaluationCase(#"{% set v %}{% set y = 3 %}{{ y }}{% endset %}{{ v }}{{ y }}"#, #"3Y"#),
        EvaluationCase(#"{% filter upper %}a{{ name }}{% set y = 'i' %}{{ y }}{% endfilter %}{{ y }}"#, #"ANIY"#),
        EvaluationCase(#"{% for x in xs %}{% set v %}{{ x }}{% endset %}{{ v }}{% endfor %}"#, #"123"#),
        EvaluationCase(
            #"{% set v = 1 %}{% for x in xs %}{% if x == 2 %}{% set v = x %}{% endif %}{{ v }}{% endfor %}{{ v }}"#,
            #"1211"#),
        EvaluationCase(
            #"{% for x in xs %}{% if x == 2 %}{% set y = x %}{% endif %}{{ y }}{% endfor %}{{ y }}"#, #"Y2YY"#),
        EvaluationCase(
            #"{% for x in xs %}{% if loop.first %}{% set q = x %}{% endif %}{{ q }}{% endfor %}"#, fault: .undefined),
        EvaluationCase(
            #"{% set ns = namespace(i=0) %}{% for x in xs %}{% set ns.i = ns.i + x %}{% endfor %}{{ ns.i }}"#, #"6"#),
        EvaluationCase(
            #"{% set ns = namespace(d) %}{{ ns.a }}{% set ns.c = 3 %}{{ ns.c }}{{ ns.zz is defined }}"#, #"13False"#),
        EvaluationCase(#"{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns['b'] }}"#, #"12"#),
        EvaluationCase(#"{% set d.a = 3 %}"#, fault: .runtime),
        EvaluationCase(#"{% set qq.a = 3 %}"#, fault: .runtime),
        EvaluationCase(#"{% set ns = namespace() %}{{ ns.a }}"#, fault: .undefined),
        EvaluationCase(#"{% set ns = namespace() %}{% set ns.v %}hi{% endset %}{{ ns.v }}"#, #"hi"#),
    ]

    static let loops = [
        EvaluationCase(
            #"{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}"#,
            #"1032TrueFalse310;2121FalseFalse310;3210FalseTrue310;"#),
        EvaluationCase(#"{% for x in xs %}{{ loop.previtem }}|{% endfor %}"#, fault: .undefined),
        EvaluationCase(
            #"{% for x in xs %}{{ loop.previtem if not loop.first }}{{ x }}{{ loop.nextitem if not loop.last }}|{% endfor %}"#,
            #"12|123|23|"#),
        EvaluationCase(
            #"{% for x in xs %}{{ loop.nextitem is defined }}{{ loop.previtem is defined }}{% endfor %}"#,
            #"TrueFalseTrueTrueFalseTrue"#),
        EvaluationCase(
            #"{% for x in xs %}{{ loop.cycle('a','b') }}{{ loop.changed(x // 2) }}{% endfor %}"#, #"aTruebTrueaFalse"#),
        EvaluationCase(#"{% for x in xs %}{{ loop.cycle() }}{% endfor %}"#, fault: .type),
        EvaluationCase(#"{% for x in xs %}{{ loop.nope }}{% endfor %}"#, fault: .undefined),
        EvaluationCase(
            #"{% for x in xs if x != 2 %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ loop.last }};{% endfor %}"#,
            #"1/2:1False;2/2:3True;"#),
        EvaluationCase(
            #"{% for x in xs if x != 2 %}{{ loop.last }}{{ loop.length }}{{ loop.revindex }};{% endfor %}"#,
            #"False22;True21;"#),
        EvaluationCase(#"{% for x in xs if x > 1 %}{{ loop.nextitem | default('-') }}{{ x }}{% endfor %}"#, #"32-3"#),
        EvaluationCase(#"{% for x in xs if x > 5 %}{{ x }}{% else %}none{% endfor %}"#, #"none"#),
        EvaluationCase(#"{% for x in xs if y == 'Y' and x %}{{ x }}{% endfor %}"#, #"123"#),
        EvaluationCase(#"{% for u in us if u.s %}{{ u.n }}{{ ', ' if not loop.last }}{% endfor %}"#, #"A, C"#),
        EvaluationCase(
            #"{% set ns = namespace(seen=0) %}{% for x in xs if ns.seen < 2 %}{% set ns.seen = ns.seen + 1 %}{{ x }}{% endfor %}"#,
            #"12"#),
        EvaluationCase(
            #"{% set ns = namespace(seen=0) %}{% for x in xs if ns.seen < 2 %}{{ loop.last }}{% set ns.seen = ns.seen + 1 %}{{ x }}{% endfor %}"#,
            #"False1False2True3"#),
        EvaluationCase(#"{% for x in [1, 0, 2] if 1 / x %}{{ x }}{% break %}{% endfor %}"#, #"1"#),
        EvaluationCase(
            #"{% for a, b in ps if b > 1 %}{{ a }}{{ b }}{{ loop.previtem is defined }}{% endfor %}"#, #"b2False"#),
        EvaluationCase(#"{% for p in ps if p[1] > 0 %}{{ p }}{% endfor %}"#, #"['a', 1]['b', 2]"#),
        EvaluationCase(
            #"{% for a, b in ps if b > 0 %}{{ loop.nextitem is defined and loop.nextitem }}{% endfor %}"#,
            #"('b', 2)False"#),
        EvaluationCase(#"{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}"#, #"a=1;b=2;"#),
        EvaluationCase(#"{% for k in d %}{{ k }}{% endfor %}{% for k in d.values() %}{{ k }}{% endfor %}"#, #"ab12"#),
        EvaluationCase(#"{% for a, b in xs %}{% endfor %}"#, fault: .type),
        EvaluationCase(#"{% for x in n %}{% endfor %}"#, fault: .type),
        EvaluationCase(#"{% for x in 5 %}{% endfor %}"#, fault: .type),
        EvaluationCase(#"{% for x in zz %}{% endfor %}"#, fault: .undefined),
        EvaluationCase(#"{% for x in zz %}{{ x }}{% else %}e{% endfor %}"#, #"e"#, lenient: true),
        EvaluationCase(#"{% for x in [] %}{{ x }}{% else %}{{ y }}{% set y = 2 %}{{ y }}{% endfor %}{{ y }}"#, #"Y2Y"#),
        EvaluationCase(
            #"{% for x in xs %}{% for z in xs %}{{ loop.index }}{{ x }}{{ z }} {% endfor %}{{ loop.index }};{% endfor %}"#,
            #"111 212 313 1;121 222 323 2;131 232 333 3;"#),
        EvaluationCase(
            #"{% for x in xs %}{% set outer = loop %}{% for z in xs %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}"#,
            #"11 12 13 21 22 23 31 32 33 "#),
        EvaluationCase(#"{% for x in xs %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% else %}E{% endfor %}"#, #"1"#),
        EvaluationCase(
            #"{% for x in xs %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% else %}E{% endfor %}"#, #"13"#),
        EvaluationCase(#"{% for x in xs %}{% continue %}{{ x }}{% else %}E{% endfor %}"#, #"E"#),
        EvaluationCase(#"{% for x in xs %}{% break %}{% else %}E{% endfor %}"#, #"E"#),
        EvaluationCase(
            #"{% for x in xs %}{% set v %}A{% if x == 2 %}{% break %}{% endif %}B{% endset %}{{ v }}{% endfor %}Z{{ v is defined }}"#,
            #"ABZFalse"#),
        EvaluationCase(
            #"{% for x in xs %}a{% filter upper %}b{% filter upper %}c{% if x == 2 %}{% continue %}{% endif %}d{% endfilter %}{% endfilter %}{% endfor %}"#,
            #"aBCDaaBCD"#),
        EvaluationCase(
            #"{% for x in xs %}{% with q = x %}{% if q == 2 %}{% break %}{% endif %}{{ q }}{% endwith %}{% endfor %}{{ q is defined }}"#,
            #"1False"#),
        EvaluationCase(#"{% for x in 'abc' %}{{ x }}{{ loop.last }}{% endfor %}"#, #"aFalsebFalsecTrue"#),
        EvaluationCase(#"{% for x in range(3) %}{{ x }}{% endfor %}"#, #"012"#),
        EvaluationCase(#"{% for x in range(5, 0, -2) %}{{ x }}{% endfor %}"#, #"531"#),
        EvaluationCase(#"{{ range(3) | length }}{{ range(1000000) }}"#, fault: .overflow),
        EvaluationCase(#"{{ range() }}"#, fault: .type),
        EvaluationCase(#"{{ range(0, 1, 0) }}"#, fault: .value),
        EvaluationCase(#"{{ range('a') }}"#, fault: .type),
        EvaluationCase(#"{{ range(1.5) }}"#, fault: .type),
        EvaluationCase(#"{% for x in xs %}{{ loop.length }}{{ xs | length }}{% endfor %}"#, #"333333"#),
        EvaluationCase(
            #"{% for x in (1, 2) %}{{ x }}{% endfor %}{% for x in [[1,2],[3,4]] %}{{ x[0] }}{% endfor %}"#, #"1213"#),
        EvaluationCase(#"{% for x in xs %}{{ loop['index'] }}{% endfor %}"#, #"123"#),
        EvaluationCase(#"{{ loop }}"#, fault: .undefined),
        EvaluationCase(#"{% for x in xs %}{{ loop(x) }}{% endfor %}"#, fault: .type),
        EvaluationCase(#"{% for x in xs %}{% for z in [x] if loop.first %}{{ z }}{% endfor %}{% endfor %}"#, #"1"#),
        EvaluationCase(
            #"{% for x in xs %}{% for z in loop.cycle('ab', 'cd') %}{{ z }}{% endfor %}{% endfor %}"#, #"abcdab"#),
    ]

    static let macros = [
        EvaluationCase(
            #"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=5, a=4) }}{{ m(*[7, 8]) }}{{ m(**{'a': 1}) }}{{ m(1, *[9]) }}"#,
            #"[12][13][45][78][12][19]"#),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m() }}"#, fault: .undefined),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m() }}"#, #"[2]"#, lenient: true),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1, 2, 3) }}"#, fault: .type),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1, q=3) }}"#, fault: .type),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1, a=3) }}"#, fault: .type),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1, **{'a': 2}) }}"#, fault: .type),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(*1) }}"#, fault: .type),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(**1) }}"#, fault: .type),
        EvaluationCase(#"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(a=1, **{'a': 2}) }}"#, fault: .type),
        EvaluationCase(
            #"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}{{ m.explicit_caller }}"#,
            #"m('a', 'b')FalseFalseFalseFalse"#),
        EvaluationCase(
            #"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{% set v = m(1) %}{{ v }}{{ v | length }}{{ m(m(1)) }}{{ m(1) ~ m(2) }}"#,
            #"[12]4[[12]2][12][22]"#),
        EvaluationCase(
            #"{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}{{ m.catch_kwargs }}{{ m(1) }}"#,
            #"1(2, 3){'x': 4}True1(){}"#),
        EvaluationCase(#"{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}hi{{ y }}{% endcall %}"#, #"hiY"#),
        EvaluationCase(
            #"{% macro m() %}{{ caller('a', 2) }}{% endmacro %}{% call(p, q) m() %}{{ p }}{{ q }}{{ y }}{% endcall %}"#,
            #"a2Y"#),
        EvaluationCase(#"{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}"#, fault: .undefined),
        EvaluationCase(#"{% macro m() %}x{% endmacro %}{% call m() %}hi{% endcall %}"#, fault: .type),
        EvaluationCase(#"{% macro m(caller=1) %}{{ caller }}{% endmacro %}{{ m() }}{{ m(2) }}"#, #"12"#),
        EvaluationCase(#"{% macro m(a=b, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}"#, fault: .undefined),
        EvaluationCase(#"{% macro m(a=b, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}"#, #"1"#, lenient: true),
        EvaluationCase(#"{% macro m(a=1, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}{{ m(4) }}"#, #"1144"#),
        EvaluationCase(#"{% macro m(a=y) %}{{ a }}{% endmacro %}{{ m() }}{% set y = 3 %}{{ m() }}"#, fault: .undefined),
        EvaluationCase(
            #"{% set y = 1 %}{% macro m() %}{{ y }}{% endmacro %}{{ m() }}{% set y = 3 %}{{ m() }}"#, #"13"#),
        EvaluationCase(#"{% macro m() %}{{ y }}{% set y = 7 %}{{ y }}{% endmacro %}{{ m() }}{{ y }}"#, #"Y7Y"#),
        EvaluationCase(#"{% macro m() %}{{ q }}{% endmacro %}{% set q = 7 %}{{ m() }}"#, #"7"#),
        EvaluationCase(#"{% for x in xs %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}"#, #"123"#),
        EvaluationCase(
            #"{% set ns = namespace() %}{% for x in xs %}{% set k = x %}{% macro m() %}{{ k }}{% endmacro %}{% if loop.first %}{% set ns.m = m %}{% endif %}{{ ns.m() }}{% endfor %}"#,
            #"123"#),
        EvaluationCase(
            #"{% set ns = namespace() %}{% for x in xs %}{{ y }}{% macro m() %}{{ y }}{% endmacro %}{% set ns.m = m %}{% endfor %}{{ ns.m() }}"#,
            #"YYY"#, lenient: true),
        EvaluationCase(
            #"{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}"#, #"543210"#),
        EvaluationCase(
            #"{% macro f(n) %}{{ n }}{% if n > 0 %},{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(80) }}"#,
            #"80,79,78,77,76,75,74,73,72,71,70,69,68,67,66,65,64,63,62,61,60,59,58,57,56,55,54,53,52,51,50,49,48,47,46,45,44,43,42,41,40,39,38,37,36,35,34,33,32,31,30,29,28,27,26,25,24,23,22,21,20,19,18,17,16,15,14,13,12,11,10,9,8,7,6,5,4,3,2,1,0"#
        ),
        EvaluationCase(
            #"{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{{ y }}{% endmacro %}{{ a() }}"#, #"BY"#),
        EvaluationCase(
            #"{% macro o(x) %}{% macro i(z) %}{{ x }}{{ z }}{% endmacro %}{{ i(1) }}{{ i(2) }}{% endmacro %}{{ o('q') }}{{ o('r') }}{{ i is defined }}"#,
            #"q1q2r1r2False"#),
        EvaluationCase(#"{% macro m(x) %}{{ x() }}{% endmacro %}{% macro z() %}Z{% endmacro %}{{ m(z) }}"#, #"Z"#),
        EvaluationCase(
            #"{% macro l(items) %}<{% for i in items %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}>{% endmacro %}{{ l(xs) }}{{ l([]) }}"#,
            #"<1,2,3><>"#),
        EvaluationCase(
            #"{% macro m() %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(i) m() %}({{ i }}{{ name }}){% endcall %}"#,
            #"(1N)(2N)(3N)"#),
        EvaluationCase(
            #"{% macro a() %}[{{ caller() }}]{% endmacro %}{% macro b() %}{% call a() %}{{ caller() }}{% endcall %}{% endmacro %}{% call b() %}Q{% endcall %}"#,
            fault: .undefined),
        EvaluationCase(#"{% if t %}{% macro m() %}M{% endmacro %}{% endif %}{{ m() }}"#, #"M"#),
        EvaluationCase(#"{% if f %}{% macro m() %}M{% endmacro %}{% endif %}{{ m() }}"#, fault: .undefined),
        EvaluationCase(#"{{ {'f': 1}.f() }}"#, fault: .type),
        EvaluationCase(#"{{ zz() }}"#, fault: .undefined),
        EvaluationCase(#"{{ zz.foo(1/0) }}"#, fault: .undefined),
        EvaluationCase(#"{{ y() }}"#, fault: .type),
        EvaluationCase(#"{{ y.nope() }}"#, fault: .undefined),
        EvaluationCase(#"{{ 1() }}"#, fault: .type),
        EvaluationCase(
            #"{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{% set q = {'f': m} %}{{ q.f(1) }}{{ q['f'](2) }}"#,
            #"[12][22]"#),
        EvaluationCase(#"{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(zz) }}"#, #"FalseFalse"#),
        EvaluationCase(#"{% macro m(kwargs) %}{{ kwargs }}{% endmacro %}{{ m(1) }}"#, #"1"#),
        EvaluationCase(
            #"{% macro m(varargs=1) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m() }}{{ m(2, z=3) }}"#,
            #"1{}2{'z': 3}"#),
        EvaluationCase(
            #"{% macro m() %}a{% set b = 1 %}{{ b }}{% endmacro %}{% macro n() %}{{ m() }}{{ m() | upper }}{% endmacro %}{{ n() }}"#,
            #"a1A1"#),
        EvaluationCase(#"{% set caller = 1 %}{% macro m() %}{{ caller }}{% endmacro %}{{ m() }}"#, #""#, lenient: true),
        EvaluationCase(#"{% macro m() %}{% set caller = 3 %}{{ caller }}{% endmacro %}{{ m() }}"#, #"3"#),
    ]

    static let globals = [
        EvaluationCase("{{ namespace() }}{{ namespace(b=1, a='x') }}", "<Namespace {}><Namespace {'b': 1, 'a': 'x'}>"),
        EvaluationCase(
            "{% for x in xs %}{{ loop }}{{ loop | length }}{% endfor %}",
            "<LoopContext 1/3>3<LoopContext 2/3>3<LoopContext 3/3>3"),
        EvaluationCase(
            "{% macro m() %}{{ caller }}{% endmacro %}{{ m }}{% call m() %}{% endcall %}",
            "<Macro 'm'><Macro anonymous>"),
        EvaluationCase("{% set k = {y: 1} %}{{ k['Y'] }}{{ k.Y }}", "11"),
        EvaluationCase(
            #"{% set k = cycler('a', 'b') %}{{ k.next() }}{{ k.current }}{{ k.next() }}{{ k.next() }}{{ k.reset() }}{{ k.next() }}"#,
            #"abbaNonea"#),
        EvaluationCase(#"{{ cycler() }}"#, fault: .runtime),
        EvaluationCase(#"{{ cycler(1).foo }}"#, fault: .undefined),
        EvaluationCase(
            #"{% set j = joiner() %}{% for x in xs %}{{ j() }}{{ x }}{% endfor %}{% set j = joiner('|') %}{{ j() }}{{ j() }}"#,
            #"1, 2, 3|"#),
        EvaluationCase(#"{% set j = joiner(sep=1) %}{{ j() }}{{ j() }}{{ j(1) }}"#, fault: .type),
        EvaluationCase(
            #"{{ dict(a=1, b=2) }}{{ dict(d, z=1) }}{{ dict([['a', 1]]) }}{{ dict() }}"#,
            #"{'a': 1, 'b': 2}{'a': 1, 'b': 2, 'z': 1}{'a': 1}{}"#),
        EvaluationCase(#"{{ dict(1) }}"#, fault: .type),
        EvaluationCase(#"{{ dict([1]) }}"#, fault: .type),
        EvaluationCase(#"{{ dict(d, d) }}"#, fault: .type),
        EvaluationCase(#"{{ dict([[1,2,3]]) }}"#, fault: .value),
        EvaluationCase(#"{{ range }}{{ dict }}"#, #"12"#, input: #"{"range": 1, "dict": 2}"#),
    ]

    static let expressions = [
        EvaluationCase(
            #"{{ 1 < 2 < 3 }}{{ 1 < 3 < 2 }}{{ 3 > 2 > 1 == 1 }}{{ 1 in xs }}{{ 4 not in xs }}"#,
            #"TrueFalseTrueTrueTrue"#),
        EvaluationCase(
            #"{{ f or y }}{{ t and y }}{{ n and 1/0 }}{{ t or 1/0 }}{{ not f }}{{ f and 1 }}{{ 0 or '' or n }}"#,
            #"YYNoneTrueTrueFalseNone"#),
        EvaluationCase(#"{{ 'a' if f }}|{{ 'a' if t }}|{{ 'a' if f else 'b' }}"#, #"|a|b"#),
        EvaluationCase(#"{{ ('a' if f) is defined }}{{ ('a' if f) ~ 'x' }}"#, #"Falsex"#),
        EvaluationCase(#"{{ ('a' if f).x }}"#, fault: .undefined),
        EvaluationCase(#"{{ ('a' if f) + 'x' }}"#, fault: .undefined),
        EvaluationCase(
            #"{% for x in ('a' if f) %}{% else %}E{% endfor %}{% if ('a' if f) %}1{% else %}0{% endif %}"#, #"E0"#),
        EvaluationCase(#"{{ 1 ~ 'a' ~ n ~ t ~ 1.5 }}"#, #"1aNoneTrue1.5"#),
        EvaluationCase(
            #"{{ [1, y, [n]] }}{{ (1,) }}{{ (1, 2) }}{{ () }}{{ {'a': y, 1: 2} }}{{ {} }}"#,
            #"[1, 'Y', [None]](1,)(1, 2)(){'a': 'Y', 1: 2}{}"#),
        EvaluationCase(
            #"{{ xs[0] }}{{ xs[-1] }}{{ xs[9] is defined }}{{ d['a'] }}{{ d.a }}{{ d.zz is defined }}{{ xs.0 }}"#,
            #"13False11False1"#),
        EvaluationCase(
            #"{{ xs[1:] }}{{ xs[:1] }}{{ xs[::2] }}{{ xs[::-1] }}{{ xs[0:3:2] }}{{ xs[:] }}"#,
            #"[2, 3][1][1, 3][3, 2, 1][1, 3][1, 2, 3]"#),
        EvaluationCase(#"{{ {'a': 1, 'a': 2} }}{{ {1: 'a', 1.0: 'b', true: 'c'} }}"#, #"{'a': 2}{1: 'c'}"#),
        EvaluationCase(#"{{ {[]: 1} }}"#, fault: .type),
        EvaluationCase(
            #"{{ -1 }}{{ +1 }}{{ -xs[0] }}{{ 2 ** 3 }}{{ 7 // 2 }}{{ 7 % 3 }}{{ 7 / 2 }}{{ 1 + 2 * 3 }}"#,
            #"-11-18313.57"#),
        EvaluationCase(#"{% do xs.index(2) %}{% do 1/0 %}"#, fault: .zeroDivision),
    ]

    static let faults = [
        EvaluationCase("{% filter length %}a{% endfilter %}", fault: .type),
        EvaluationCase("{% filter length %}a{% endfilter %}{{ zz }}", fault: .undefined),
        EvaluationCase(
            "{% for x in xs %}{% set v %}{% filter length %}{% endfilter %}{% break %}{% endset %}{% endfor %}b", "b"),
        EvaluationCase("{{ dict(zz) }}", fault: .undefined, lenient: true),
        EvaluationCase(#"a\#n b {{ zz }}"#, fault: .undefined),
        EvaluationCase(#"{{ d.zz }}"#, fault: .undefined),
        EvaluationCase(#"{{ d.zz.q }}"#, fault: .undefined),
        EvaluationCase(#"{{ zz.q.r }}"#, fault: .undefined),
        EvaluationCase(#"{{ d['zz'] }}"#, fault: .undefined),
        EvaluationCase(#"{{ xs[7] }}"#, fault: .undefined),
        EvaluationCase(#"{{ us[0].nope }}"#, fault: .undefined),
        EvaluationCase(#"{% if zz %}{% endif %}"#, fault: .undefined),
        EvaluationCase(#"{{ zz + 1 }}"#, fault: .undefined),
        EvaluationCase(#"{{ 1 + y }}"#, fault: .type),
        EvaluationCase(#"{{ 1 / 0 }}"#, fault: .zeroDivision),
        EvaluationCase(#"{{ zz == 1 }}"#, fault: .undefined),
        EvaluationCase(#"{{ zz or 1 }}"#, fault: .undefined),
        EvaluationCase(#"{{ zz }}{{ d.zz }}|"#, #"|"#, lenient: true),
        EvaluationCase(#"{{ zz.q }}"#, fault: .undefined, lenient: true),
        EvaluationCase(#"{{ zz is defined }}{{ d.q.r is defined }}"#, fault: .undefined, lenient: true),
        EvaluationCase(#"{{ zz + 1 }}"#, fault: .undefined, lenient: true),
        EvaluationCase(#"{% if not zz %}A{% endif %}{{ zz == qq }}{{ zz ~ 1 }}"#, #"ATrue1"#, lenient: true),
        EvaluationCase(#"x{{ 'lit' }}y{{ 3 }}{{ true }}{{ none }}{{ 1.0 }}z"#, #"xlity3TrueNone1.0z"#),
    ]
}
