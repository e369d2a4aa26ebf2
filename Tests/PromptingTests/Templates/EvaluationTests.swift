import Foundation
import Generators
import JSON
import Testing

@testable import Prompting

@Suite struct EvaluationTests {
    @Test(
        arguments: [
            EvaluationCase.scoping, EvaluationCase.loops, EvaluationCase.macros, EvaluationCase.globals,
            EvaluationCase.expressions, EvaluationCase.faults,
        ].flatMap { $0 })
    func meansWhatItMeansInJinja2(_ example: EvaluationCase) throws {
        let outcome: EvaluationCase.Outcome
        do {
            outcome = .text(
                try rendered(
                    example.template, input: example.input, options: .init(isLenient: example.isLenient)))
        } catch let fault as RenderFault {
            outcome = .fault(fault.kind)
            #expect(fault.line != nil && fault.column != nil)
        }
        #expect(outcome == example.outcome)
    }

    @Test(arguments: [
        ("a\n b {{ zz }}", 2, 7, "zz", "'zz' is undefined"),
        ("é{{ d.zz }}", 1, 5, "d.zz", "d.zz is undefined: 'dict object' has no attribute 'zz'"),
        ("{{ d.zz.q }}", 1, 4, "d.zz", "d.zz is undefined: 'dict object' has no attribute 'zz'"),
        ("{{ zz.q.r }}", 1, 4, "zz", "'zz' is undefined"),
        ("{{ us[0].nope }}", 1, 4, "us.0.nope", "us.0.nope is undefined: 'dict object' has no attribute 'nope'"),
        ("{% if\n zz %}{% endif %}", 2, 2, "zz", "'zz' is undefined"),
        ("{% for x in\nzz %}{% endfor %}", 2, 1, "zz", "'zz' is undefined"),
        ("{% macro m(a) %}\n{{ a }}{% endmacro %}\n{{ m() }}", 2, 4, "a", "parameter 'a' was not provided"),
        ("{% for x in xs if x == q %}{% endfor %}", 1, 21, "q", "'q' is undefined"),
    ])
    func namesTheVariableAndItsPlace(
        template: String, line: Int, column: Int, path: String, message: String
    ) throws {
        let fault = try #require(try renderFault(of: template))
        #expect(fault.kind == .undefined)
        #expect(fault.line == line)
        #expect(fault.column == column)
        #expect(fault.path == path)
        #expect(fault.message == message)
    }

    @Test(arguments: [
        ("{{ d.a +\n 'x' }}", RenderFault.Kind.type, 1), ("\n\n{{ 1 / 0 }}", .zeroDivision, 3),
        ("{% set a, b = xs %}", .value, 1), ("\n{{ range(9999999) }}", .overflow, 2), ("{{ lipsum() }}", .refused, 1),
        ("{% macro m() %}{% endmacro %}\n{{ m(1) }}", .type, 2),
    ])
    func saysWhereItFailed(template: String, kind: RenderFault.Kind, line: Int) throws {
        let fault = try #require(try renderFault(of: template))
        #expect(fault.kind == kind)
        #expect(fault.line == line)
        #expect(fault.column != nil)
    }

    @Test(arguments: [
        ("{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}", RenderFault.Kind.steps),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", .depth),
        ("{% macro m() %}{% set x = m() %}{% endmacro %}{{ m() }}", .depth),
        ("{% macro m() %}{% call m() %}{% endcall %}{{ caller }}{% endmacro %}{{ m() }}", .depth),
        ("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}", .depth),
        ("{% macro m(x) %}{% for i in [1, 2] if m(i) %}{% endfor %}{% endmacro %}{{ m(1) }}", .depth),
        ("{% for i in range(1000) %}{{ y * 100 }}{% endfor %}", .outputBytes),
        ("{% set x %}{% for i in range(1000) %}{{ y * 100 }}{% endfor %}{% endset %}", .outputBytes),
        ("{% set ns = namespace(a=y) %}{% for i in range(40) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}", .memory),
        (
            "{% set ns = namespace(a=xs) %}{% for i in range(30) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
            .steps
        ),
        ("{% set ns = namespace() %}{% for i in range(9999) %}{% set ns.m = cycler(1, 2, 3) %}{% endfor %}", .memory),
    ])
    func isBounded(template: String, kind: RenderFault.Kind) throws {
        let limits = RenderLimits(steps: 100_000, bytes: 1 << 19, outputBytes: 50_000, depth: 50)
        let fault = try #require(try renderFault(of: template, limits: limits))
        #expect(fault.kind == kind)
        #expect(fault.line != nil && fault.column != nil)
    }

    /// Calls nest in the machine, not on the thread's stack, and what recurses is bounded for threads like these.
    @Test(arguments: [
        "{% macro m(n) %}{% if n > 0 %}{% for i in [n] %}{% with a = i %}{{ m(a - 1) }}{% endwith %}{% endfor %}{% endif %}"
            + "{% endmacro %}{{ m(99) }}",
        "{% macro m(x) %}{% for i in [1, 2] if m(i) %}{% endfor %}{% endmacro %}{{ m(1) }}",
        "{{ " + String(repeating: "[", count: 30) + String(repeating: "]", count: 30) + " }}",
        "{{ " + String(repeating: "-", count: 55) + "1 }}",
        "{{ 1" + String(repeating: " + 1", count: 55) + " }}",
        "{{ y" + String(repeating: " | upper", count: 55) + " }}",
        String(repeating: "{% if t %}", count: 55) + "x" + String(repeating: "{% endif %}", count: 55),
        String(repeating: "{% for i in xs %}", count: 55) + "x" + String(repeating: "{% endfor %}", count: 55),
        "{% set ns = namespace(a=[]) %}{% for i in range(99) %}{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a }}{{ ns.a == ns.a }}",
        // Values that hold one another, far deeper than the stack is: to be let go of all the same.
        "{% set ns = namespace(a=[]) %}{% for i in range(90000) %}{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=[]) %}{% for i in range(90000) %}{% set ns.a = (ns.a,) %}{% endfor %}{{ ns.a == ns.a }}",
        "{% set ns = namespace(a=[]) %}{% for i in range(90000) %}{% set ns.a = {1: ns.a} %}{% endfor %}x",
        "{% set ns = namespace(a=[]) %}{% for i in range(30000) %}{% set ns.a = [ns.a] | batch(1) | list %}{% endfor %}",
        "{% set ns = namespace(a=[]) %}{% for i in range(30000) %}{% set ns.a = [[ns.a].copy] %}{% endfor %}{{ 1 / 0 }}",
        "{% set ns = namespace(a=1) %}{% for i in range(9000) %}{% for a, b in [[ns.a, 1]] if 1 %}{% set ns.a = loop.nextitem or (a, b) %}"
            + "{% endfor %}{% endfor %}",
        "{% macro m() %}{% set ns.a = varargs %}{% endmacro %}{% set ns = namespace() %}{% for i in range(20000) %}"
            + "{{ m(ns.a | default(1)) }}{% endfor %}",
        "{% set ns = namespace() %}{% for i in range(20000) %}{% set ns.a = dict(a=ns.a | default(1)) %}{% endfor %}",
    ])
    func needsLittleStack(template: String) async throws {
        try await OwnThread.run(stackBytes: SmallStack.bytes) {
            do {
                _ = try rendered(template)
            } catch is RenderFault {
            }
        }
    }

    @Test func messagesShareOneBudget() throws {
        let template = try Template(compiling: "{% for i in range(100) %}ab{% endfor %}")
        let context = RenderContext(input: nil, limits: RenderLimits(outputBytes: 500))
        var output: [UInt8] = []
        try template.render(in: context, into: &output)
        #expect(output.count == 200)
        output = []
        try template.render(in: context, into: &output)
        #expect(throws: RenderFault.self) { try template.render(in: context, into: &output) }
    }

    @Test(arguments: [
        ("{{ us }}", #"[{"n":"A","s":true},{"n":"B","s":false},{"n":"C","s":true}]"#), ("{{ d.a + 1 }}", "2"),
        ("{{ y }}", #""Y""#), ("{{ [n, 1.5, {'a': t}] }}", #"[null,1.5,{"a":true}]"#),
        ("{{ xs | map('string') | list }}", #"["1","2","3"]"#), (" {{ xs }}", nil), ("x", nil),
        ("{{ xs }}{{ xs }}", nil),
        ("{% set a = 1 %}", nil),
    ])
    func givesTheValueOfOneExpression(template: String, json: String?) throws {
        let context = RenderContext(input: JSONTape(try JSONDocument(EvaluationCase.input).root))
        let value = try Template(compiling: template).renderJSON(in: context)
        #expect(value.map { String(decoding: $0, as: UTF8.self) } == json)
    }

    @Test func keepsTextAsItIs() throws {
        #expect(try rendered("a\r\nb {# c #}\n\n", input: nil) == "a\nb \n")
        #expect(try rendered("a\n", input: nil, options: .init(keepTrailingNewline: true)) == "a\n")
    }

    @Test func readsTheFirstOfDoubledMembers() throws {
        #expect(try rendered("{{ a }}{{ b.c }}", input: #"{"a":1,"a":2,"b":{"c":3,"c":4}}"#) == "13")
    }

    @Test func letsInputHideFunctions() throws {
        #expect(try rendered("{{ range }}", input: #"{"range":5}"#) == "5")
        #expect(try rendered("{{ a }}", input: #"{"a":"\"é\u00e9\n"}"#) == "\"éé\n")
    }

    @Test(arguments: ["{{ a | nope }}", "{% if false %}{{ a | nope }}{% endif %}", "{{ a is nope }}"])
    func refusesUnknownFiltersAndTests(template: String) throws {
        let fault = #expect(throws: TemplateFault.self) { try Template(compiling: template) }
        #expect(fault?.kind == .unknownFilter || fault?.kind == .unknownTest)
        #expect(fault?.line == 1)
    }
}
