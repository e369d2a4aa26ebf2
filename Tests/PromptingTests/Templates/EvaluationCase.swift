import JSON
import Testing

@testable import Prompting

/// A template, and what is made of it.
struct EvaluationCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Equatable, Sendable {
        case text(String)
        case fault(RenderFault.Kind)
    }

    let template: String
    let input: String
    let isLenient: Bool
    let outcome: Outcome

    /// What the cases are rendered with that have no input of their own.
    static let input = #"""
        {"xs": [1, 2, 3], "y": "Y", "name": "N", "d": {"a": 1, "b": 2}, "ps": [["a", 1], ["b", 2]], "t": true, "f": false,
         "n": null, "us": [{"n": "A", "s": true}, {"n": "B", "s": false}, {"n": "C", "s": true}]}
        """#

    init(_ template: String, _ text: String, input: String = Self.input, lenient: Bool = false) {
        self.init(template, .text(text), input, lenient)
    }

    init(_ template: String, fault: RenderFault.Kind, input: String = Self.input, lenient: Bool = false) {
        self.init(template, .fault(fault), input, lenient)
    }

    private init(_ template: String, _ outcome: Outcome, _ input: String, _ isLenient: Bool) {
        self.template = template
        self.outcome = outcome
        self.input = input
        self.isLenient = isLenient
    }

    var testDescription: String { template }
}

/// The text that a template gives.
func rendered(
    _ template: String, input: String? = EvaluationCase.input, options: Template.Options = .init(),
    limits: RenderLimits = RenderLimits()
) throws -> String {
    let tape = try input.map { JSONTape(try JSONDocument($0).root) }
    var output: [UInt8] = []
    try Template(compiling: template, options: options).render(input: tape, into: &output, limits: limits)
    return String(decoding: output, as: UTF8.self)
}

/// How a template fails; nil where it does not.
func renderFault(
    of template: String, input: String? = EvaluationCase.input, options: Template.Options = .init(),
    limits: RenderLimits = RenderLimits()
) throws -> RenderFault? {
    do {
        _ = try rendered(template, input: input, options: options, limits: limits)
        return nil
    } catch let fault as RenderFault {
        return fault
    }
}
