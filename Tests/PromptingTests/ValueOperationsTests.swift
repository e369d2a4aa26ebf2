import JSON
import Testing

@testable import Prompting

/// What Python and Jinja2 do to values; each expectation was read off Jinja2 3.1 on Python 3.11.
@Suite struct ValueOperationsTests {
    static let input = #"""
        {"s":"Hello World","u":"Größe ΣΑΣ","n":42,"f":1.10,"exp":1e3,"mz":-0,"big":18446744073709551615,"nil":null,
         "l":[3,1,2],"ls":["b","A","c"],"el":[],"d":{"b":2,"a":1},"order":{"items":[1,2]},"q":"it's \"q\"\n\u0001 é",
         "us":[{"name":"Bob","age":30,"city":"X"},{"name":"alice","age":25,"city":"Y"},{"name":"Carl","age":30,"city":"x"}]}
        """#

    static let printed: [(String, String)] = [
        ("1e16", "1e+16"), ("1e15", "1000000000000000.0"), ("0.0001", "0.0001"), ("0.00001", "1e-05"), ("f", "1.1"),
        ("exp", "1000.0"), ("mz", "0"), ("big", "18446744073709551615"), ("[q]", #"['it\'s "q"\n\x01 é']"#),
        ("[1, (2,), {'a': none}, true]", "[1, (2,), {'a': None}, True]"), ("range(1, 9, 2)", "range(1, 9, 2)"),
        ("d.items()", "dict_items([('b', 2), ('a', 1)])"), ("{1: 'a', 1.0: 'b', true: 'c'}", "{1: 'c'}"),
    ]

    static let operators: [(String, String)] = [
        ("7 // -2", "-4"), ("-7 % 3", "2"), ("7.5 // -2", "-4.0"), ("-7.5 % 2", "0.5"), ("2 ** -1", "0.5"),
        ("7 / 2", "3.5"),
        ("true + 1", "2"), ("'ab' * 2", "abab"), ("[1] + [2]", "[1, 2]"), ("1 == 1.0 == true", "True"),
        ("[1, 2] < [1, 3]", "True"), ("'Z' < 'a'", "True"), ("5.0 in range(9)", "True"), ("'lo W' in s", "True"),
        ("'%05.1f|%-4s|%x' % (3.14159, 'a', 255)", "003.1|a   |ff"), ("'%(a)s' % d", "1"),
        ("'%s' % d", "{'b': 2, 'a': 1}"),
        ("u[::-1]", "ΣΑΣ eßörG"), ("s[-5:]", "World"), ("(1, 2, 3)[::2]", "(1, 3)"),
        ("range(10)[2:8:3]", "range(2, 8, 3)"),
    ]

    static let methods: [(String, String)] = [
        ("u.lower()", "größe σας"), ("u.upper()", "GRÖSSE ΣΑΣ"), ("'ǆ ﬁ'.title()", "ǅ Fi"),
        ("s.swapcase()", "hELLO wORLD"),
        ("' a  b '.split()", "['a', 'b']"), ("' a  b '.split(none, 1)", "['a', 'b ']"),
        ("'a,b,c'.rsplit(',', 1)", "['a,b', 'c']"),
        ("'abc'.center(6, '*')", "*abc**"), ("'-42'.zfill(6)", "-00042"), ("s.find('o', 5)", "7"),
        ("'aXbX'.replace('X', '', 1)", "abX"),
        ("'abc'.replace('', '-')", "-a-b-c-"), ("'{0:>6}|{1!r}|{a[0]}'.format(1, 'x', a=l)", "     1|'x'|3"),
        ("us[0].get('zz', 9)", "9"), ("l.index(1)", "1"), ("'ß'.casefold()", "ss"), ("'½'.isnumeric()", "True"),
    ]

    static let filters: [(String, String)] = [
        ("ls | sort", "['A', 'b', 'c']"),
        ("us | sort(attribute='age,name') | map(attribute='name') | join(' ')", "alice Bob Carl"),
        ("us | groupby('city') | map('first') | join(' ')", "X Y"), ("d | dictsort", "[('a', 1), ('b', 2)]"),
        ("us | selectattr('age', 'gt', 26) | map(attribute='name') | list", "['Bob', 'Carl']"), ("l | max", "3"),
        ("us | sum(attribute='age')", "85"), ("[1, 1.0, '1'] | unique | list", "[1, '1']"),
        ("l | batch(2, 0) | list", "[[3, 1], [2, 0]]"),
        ("l | slice(2) | list", "[[3, 1], [2]]"), ("2.5 | round", "2.0"), ("2.675 | round(2)", "2.67"),
        ("25 | round(-1)", "20"),
        ("42.55 | round(1, 'floor')", "42.5"), ("' 0x1F ' | int(0, 16)", "31"), ("'42.9' | int", "42"),
        ("'1_0.5' | float", "10.5"),
        ("1234567 | filesizeformat", "1.2 MB"), ("'foo bar baz qux' | truncate(11)", "foo bar baz qux"),
        ("'foo bar baz qux' | truncate(9, leeway=0)", "foo..."), ("'a\\n\\nb' | indent(2)", "a\n\n  b"),
        ("'<b>' | e + '<i>'", "&lt;b&gt;&lt;i&gt;"),
        ("{'b': \"<é'>\", 'a': [1, none]} | tojson", #"{"a": [1, null], "b": "\u003c\u00e9\u0027\u003e"}"#),
        ("[1] | tojson(2)", "[\n  1\n]"), ("'a b/é' | urlencode", "a%20b/%C3%A9"),
        ("'the quick well-known fox' | wordwrap(15)", "the quick well-\nknown fox"),
        ("'see www.x.org.' | urlize", "see <a href=\"https://www.x.org\" rel=\"noopener\">www.x.org</a>."),
        ("'<p>a &amp; &eacute;</p>' | striptags", "a & é"), ("u | wordcount", "2"),
        ("'it\\'s a-b' | title", "It's A-B"),
        (
            "['x' * 50, 'y' * 50] | pprint",
            "['\(String(repeating: "x", count: 50))',\n '\(String(repeating: "y", count: 50))']"
        ),
    ]

    static let tests: [(String, String)] = [
        ("5.0 is odd", "True"), ("10 is divisibleby(5)", "True"), ("none is sequence", "False"),
        ("d is mapping", "True"),
        ("true is integer", "False"), ("true is number", "True"), ("x is undefined", "True"), ("'A1' is upper", "True"),
        ("'lower' is filter", "True"), ("3 is in l", "True"), ("('a' | e) is escaped", "True"),
    ]

    @Test(arguments: printed + operators + methods + filters + tests)
    func means(expression: String, expected: String) throws {
        #expect(try Self.render("{{ \(expression) }}") == expected)
    }

    static let faults: [(String, RenderFault.Kind)] = [
        ("'a' + 1", .type), ("1 < 'a'", .type), ("{[1]: 2}", .type), ("1 // 0", .zeroDivision),
        ("2 ** 63", .numberTooLarge),
        ("big + 1", .numberTooLarge), ("10.0 ** 400", .overflow), ("range(100001)", .overflow),
        ("'a'.index('b')", .value),
        ("'%d' % 'a'", .type), ("'%s %s' % 'a'", .type), ("'{}'.format()", .value), ("s.__class__", .refused),
        ("l.append(1)", .refused), ("d.pop('a')", .refused), ("x", .undefined), ("x.y", .undefined),
        ("d.zz", .undefined),
        ("x + 1", .undefined), ("not x", .undefined), ("x == 1", .undefined), ("l | map('upper')", .type),
        ("order.items", .type),
        ("l | random", .refused), ("l | map('no')", .runtime), ("l | map", .filterArgument),
        ("(l | map('string')) | length", .type),
        ("'x' * 10 ** 9", .memory), ("[0] * 10 ** 9", .memory), ("'x'.center(10 ** 9)", .memory),
        ("'%1000000000d' % 1", .memory),
        ("'{:>1000000000}'.format(1)", .memory), ("'%.1000000000f' % 1", .memory),
        ("('x' * 10000).replace('', s * 1000)", .memory),
        ("2 ** 10 ** 9", .numberTooLarge), ("'{:01000000000,}'.format(1)", .memory),
        ("'\\t'.expandtabs(10 ** 9)", .memory),
        ("'a' | indent(10 ** 9, true)", .memory), ("[1] | tojson(10 ** 9)", .memory), ("l | slice(10 ** 9)", .memory),
        ("l | batch(10 ** 9, 0)", .memory),
    ]

    @Test(arguments: faults)
    func fails(expression: String, kind: RenderFault.Kind) {
        let fault = #expect(throws: RenderFault.self) { try Self.render("{{ \(expression) }}") }
        #expect(fault?.kind == kind)
    }

    @Test(arguments: [
        ("x", ""), ("[x]", "[Undefined]"), ("x | default('d')", "d"), ("x == y", "True"), ("x | length", "0"),
        ("x ~ 1", "1"),
        ("1 in x", "False"), ("x | list", "[]"),
    ])
    func isLenient(expression: String, expected: String) throws {
        #expect(try Self.render("{{ \(expression) }}", isLenient: true) == expected)
    }

    @Test(arguments: ["x + 1", "x.y", "x < 1", "x()", "-x"])
    func lenientStillFails(expression: String) {
        let fault = #expect(throws: RenderFault.self) { try Self.render("{{ \(expression) }}", isLenient: true) }
        #expect(fault?.kind == .undefined)
    }

    static func render(_ template: String, isLenient: Bool = false) throws -> String {
        var options = Template.Options()
        options.isLenient = isLenient
        var output: [UInt8] = []
        let tape = JSONTape(try JSONDocument(input).root)
        try Template(compiling: template, options: options).render(input: tape, into: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
