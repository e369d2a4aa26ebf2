import Generators
import Testing

@testable import Prompting

/// What a template could do for nothing, were it not made to pay.
@Suite struct HostileTemplateTests {
    private static let limits = RenderLimits(steps: 20_000, bytes: 4 << 20)
    private static let input: String = {
        let text = String(repeating: "x", count: 20_000)
        let numbers = Array(repeating: "1", count: 20_000).joined(separator: ",")
        let names = (0..<2000).reversed().map { "\"a\($0)\": 1" }.joined(separator: ",")
        return "{\"s\": \"\(text)\", \"l\": [\(numbers)], \"d\": {\(names)}, \"e\": {\"\(text)\\n\": 1}}"
    }()

    /// - Parameter body: done 100 times over.
    private static func again(_ body: String, _ before: String = "") -> String {
        before + "{% for i in range(100) %}\(body){% endfor %}"
    }

    @Test(arguments: [
        // Looking through long texts and lists.
        again("{% if a < b %}{% endif %}", "{% set a = 'x' * 500000 %}{% set b = a ~ 'y' %}"),
        again("{% if a is sameas b %}{% endif %}", "{% set a = 'x' * 500000 %}{% set b = 'x' * 500000 %}"),
        again("{% if a in d %}{% endif %}", "{% set a = 'x' * 500000 %}{% set d = {'b': 1} %}"),
        again("{% if [1][a] is defined %}{% endif %}", "{% set a = 'x' * 500000 %}"),
        again("{% if l[0:1] %}{% endif %}"), again("{% if l == [] %}{% endif %}"),
        again("{% if e.foo is defined %}{% endif %}"),
        "{{ (('x' * 25 ~ '-') * 20000).rsplit('x' * 25) | length }}",
        // Many places for little.
        "{{ (['a'] * 5000) | map(attribute='0.' * 10000 ~ '0') | list | length }}",
        again("{% set q = [] | sort(attribute=p) %}", "{% set p = '.' * 500000 %}"),
        "{{ ('{a0}' * 1000).format(**d) | length }}",
        "{% macro m(" + (0..<500).map { "a\($0)=1" }.joined(separator: ", ") + ") %}{% endmacro %}{{ m(**d) }}",
        // Memory.
        again("{% set q = a | reverse %}", "{% set a = [1] * 100000 %}"),
        "{{ ([s] * 1000) | map('string') | list | length }}",
        "{{ ([s] * 1000) | map(attribute='upper') | list | length }}",
        "{{ ([s] * 1000) | sort(case_sensitive=true) | length }}", "{{ ([s] * 1000) | join('') | length }}",
        "{{ dict([[s, 1]] * 1000) | length }}",
        "{% set a = 'x' * 1000000 %}{{ (\(Array(repeating: "a", count: 20).joined(separator: " ~ "))) | length }}",
        "{% set a = 'x' * 1000000 %}{{ ('{0}' * 20).format(a) | length }}",
        "{% set a = 'x' * 1000000 %}{{ ('%(a)s' * 20) | format(a=a) | length }}",
        "{% set a = ('x' * 1000000) | safe %}{{ {'a': a, 'b': a, 'c': a, 'd': a, 'e': a} | xmlattr | length }}",
        "{% set a = ('x' * 1000000) | safe %}" + again("{% set q = 'a' | urlize(target=a) %}"),
        "{% set a = 'x' * 1000000 %}{{ 'a'.maketrans(a, a, a) | length }}",
        "{% set a = '<' * 1000000 %}{{ a | tojson | length }}",
    ])
    func paysForWhatItDoes(_ template: String) async throws {
        let found = try await OwnThread.run { try renderFault(of: template, input: Self.input, limits: Self.limits) }
        let fault = try #require(found)
        #expect(fault.kind == .steps || fault.kind == .memory)
    }

    @Test func aPatternLongerThanItsTextIsNotPrepared() throws {
        let template = Self.again("{% if a in 'b' or 'b'.rfind(a) > 0 %}!{% endif %}", "{% set a = 'x' * 1000000 %}")
        #expect(try rendered(template) == "")
    }

    @Test func looksAtTheKindOfALongTextWithoutACopy() throws {
        let template = Self.again("{% if s is none or s is boolean %}!{% endif %}")
        #expect(try rendered(template, input: Self.input, limits: Self.limits) == "")
    }

    @Test(arguments: [
        EvaluationCase("{{ '%.*f' % (9223372036854775807, 1.0) }}", fault: .overflow),
        EvaluationCase("{{ 'ab'.zfill(-9223372036854775807 - 1) }}", "ab"),
        EvaluationCase(
            "{{ ('abcdefghijklmnopqrstuvwxyz!' * 3).rsplit('abcdefghijklmnopqrstuvwxyz') }}", "['', '!', '!', '!']"),
        EvaluationCase("{{ ('abcdefghijklmnopqrstuvwxyz!' * 3).rfind('bcdefghijklmnopqrstuvwxyz') }}", "55"),
        EvaluationCase("{{ ('aab' * 20).rfind('aab' * 10) }}", "30"),
        EvaluationCase(
            "{{ {}.fromkeys(xs | map('string')).get('1', 'no') }}{{ {}.fromkeys([y]).Y is defined }}", "NoneTrue"),
        EvaluationCase("{{ {name: 1}.N }}{{ dict([[name, 2]]).N }}", "12"),
    ])
    func takesExtremes(_ example: EvaluationCase) throws {
        do {
            #expect(try .text(rendered(example.template)) == example.outcome)
        } catch let fault as RenderFault {
            #expect(.fault(fault.kind) == example.outcome)
        }
    }

    @Test(arguments: [
        "{{ format.format(1) }}", "{{ under[secret] }}", "{% set n = namespace() %}{{ n[secret] }}",
        "{% set n = namespace() %}{{ n | attr(secret) }}", "{{ cycler(1)[secret] }}", "{{ joiner() | attr(secret) }}",
        "{{ [1] | map(attribute='a', **keys) | list }}", "{{ [1] | map(secret) | list }}",
        "{{ [1] | select(secret) | list }}", "{{ ('{4111}').format(1) }}", "{{ 'abc' | truncate(number) }}",
        "{{ 'abc' | wordwrap(number) }}", "{% macro m() %}{% endmacro %}{{ m(**keys) }}", "{{ keys[secret] }}",
        "{{ 'abc' | truncate(3, false, '', number) }}",
    ])
    func saysNothingOfTheInput(_ template: String) throws {
        let input = #"""
            {"secret": "_hidden", "format": "{0._hidden}", "keys": {"_hidde": 1, "_hiddenness": 2}, "number": -4111,
             "under": {}}
            """#
        let fault = try #require(try renderFault(of: template, input: input))
        #expect(!fault.message.contains("hidde"))
        #expect(!fault.message.contains("4111"))
    }
}
