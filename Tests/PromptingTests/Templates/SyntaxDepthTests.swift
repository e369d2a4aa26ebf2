import Foundation
import Generators
import Testing

@testable import Prompting

/// Nesting is bounded, and what is allowed fits the stack of the smallest thread that parses: 512 KiB.
@Suite struct SyntaxDepthTests {
    struct Nesting: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How many repetitions are read at least.
        let least: Int
        let template: @Sendable (Int) -> String

        init(_ name: String, least: Int = 29, _ template: @escaping @Sendable (Int) -> String) {
            testDescription = name
            self.least = least
            self.template = template
        }

        static func around(_ name: String, _ before: String, _ inner: String, _ after: String, least: Int = 29) -> Self
        {
            Self(name, least: least) { count in
                String(repeating: before, count: count) + inner + String(repeating: after, count: count)
            }
        }

        static func within(_ name: String, _ before: String, _ inner: String, _ after: String, least: Int = 29) -> Self
        {
            let nesting = around(name, before, inner, after, least: least)
            return Self(name, least: least) { "{{ " + nesting.template($0) + " }}" }
        }
    }

    static let nestings: [Nesting] = [
        .within("parentheses", "(", "a", ")"),
        .within("tuples", "(", "a", ",)"),
        .within("lists", "[", "a", "]"),
        .within("dicts", "{1: ", "a", "}"),
        .within("keys of dicts", "{", "a", ": 1}"),
        .within("items", "a[", "a", "]"),
        .within("slices", "a[1:2:", "a", "]"),
        .within("arguments", "f(", "a", ")"),
        .within("named arguments", "f(x=", "a", ")"),
        .within("unpacked arguments", "f(**", "a", ")"),
        .within("arguments of filters", "a|f(", "a", ")"),
        .within("arguments of tests", "a is t(", "a", ")"),
        .within("operands of tests", "a is t ", "a", ""),
        .within("signs", "- ", "a", ""),
        .within("not", "not ", "a", ""),
        .within("power", "", "a", " ** a"),
        .within("sum", "", "a", " + a"),
        .within("attributes", "", "a", ".b"),
        .within("calls", "", "a", "()"),
        .within("filters", "", "a", "|f"),
        .within("tests", "(", "a", " is t)"),
        .within("else", "a if b else ", "a", ""),
        .within("if", "", "a", " if b"),
        .within("conditional tests", "a if (", "a", ") else b", least: 14),
        .within("all operators", "a or a and a == a + a ~ a * a ** (", "a", ")", least: 5),
        .within("all around", "-[{1: a or not f(*a, x=a[1:(", "a", ")])|f(1)}]", least: 4),
        .around("ifs", "{% if a %}", "x", "{% endif %}"),
        .around("elses", "{% if a %}{% else %}", "x", "{% endif %}"),
        .around("loops", "{% for a in b %}", "x", "{% endfor %}"),
        .around("elses of loops", "{% for a in b %}{% else %}", "x", "{% endfor %}"),
        .around("set blocks", "{% set a %}", "x", "{% endset %}"),
        .around("with", "{% with a = b %}", "x", "{% endwith %}"),
        .around("filter blocks", "{% filter f %}", "x", "{% endfilter %}"),
        .around("macros", "{% macro m(a=b) %}", "x", "{% endmacro %}"),
        .around("call blocks", "{% call m() %}", "x", "{% endcall %}"),
        .around(
            "all statements", "{% for a in b if c %}{% macro m() %}{% call m() %}", "{{ a }}",
            "{% endcall %}{% endmacro %}{% endfor %}", least: 14),
        Nesting("targets") { count in
            "{% set " + String(repeating: "(", count: count) + "a" + String(repeating: ",)", count: count) + " = 1 %}"
        },
    ]

    @Test(arguments: nestings)
    func fitsTheStackOrIsRefused(nesting: Nesting) async throws {
        let outcomes = try await Self.onSmallStack {
            (Array(1...TemplateParser.maximumDepth) + [5_000]).map { Self.outcome(of: nesting.template($0)) }
        }
        let accepted = outcomes.prefix { $0 == "accepted" }.count
        #expect(accepted >= nesting.least)
        #expect(outcomes.dropFirst(accepted).allSatisfy { $0 == "tooDeep" })
        #expect(outcomes.last == "tooDeep")
    }

    /// They say the same whichever two are taken first, and have no end in practice.
    @Test(arguments: ["or", "and"])
    func chainsOfWords(word: String) async throws {
        let template = "{{ a" + String(repeating: " \(word) a", count: 10_000) + " }}"
        #expect(try await Self.onSmallStack { [Self.outcome(of: template)] } == ["accepted"])
    }

    /// Parses, walks and lets go of the tree.
    private static func outcome(of template: String) -> String {
        do throws(TemplateFault) {
            let syntax = try TemplateParser.parse(Array(template.utf8), options: .init())
            return syntax.variables().count < 100 ? "accepted" : "too many variables"
        } catch {
            return error.kind.rawValue
        }
    }

    private static func onSmallStack(_ work: () -> [String]) async throws -> [String] {
        try await OwnThread.run(stackBytes: SmallStack.bytes, work)
    }
}
