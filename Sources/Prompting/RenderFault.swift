/// Why a prompt could not be filled in. Names variables, types and rules, never a value, so it may be logged.
package struct RenderFault: Error, Hashable, Sendable {
    /// The first group is Jinja2's and Python's own classes; the second is our limits.
    package enum Kind: String, Sendable, CaseIterable {
        case undefined, type, value, overflow, zeroDivision, refused, filterArgument, runtime
        case steps, memory, outputBytes, depth, numberTooLarge
    }

    package var kind: Kind
    package var message: String
    /// The variable at fault as the template writes it (`customer.name`), where there is one.
    package var path: String?
    /// Where in the template, counted from 1; nil until the evaluator has said so.
    package var line: Int?
    package var column: Int?

    package init(_ kind: Kind, _ message: String, path: String? = nil) {
        self.kind = kind
        self.message = message
        self.path = path
    }

    package static func missingVariable(path: String) -> Self {
        Self(.undefined, "the input has no \(path), which the prompt needs", path: path)
    }

    package static func outputTooLarge(maximumBytes: Int) -> Self {
        Self(.outputBytes, "the rendered prompt exceeds \(maximumBytes) bytes")
    }

    static func tooManySteps(_ maximum: Int) -> Self {
        Self(.steps, "the template takes more than \(maximum) steps")
    }

    static func tooMuchMemory(_ maximum: Int) -> Self {
        Self(.memory, "the template makes more than \(maximum) bytes of values")
    }

    static func tooDeep(_ maximum: Int) -> Self {
        Self(.depth, "the template nests calls or values more than \(maximum) deep")
    }
}
