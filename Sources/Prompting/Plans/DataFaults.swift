import Domain

extension DataFault {
    /// Names in an input are of any length: cut here, since faults go into answers.
    private static let longestPointer = 500

    /// A member that is missing is pointed to where it should be.
    package init(_ violation: SchemaViolation) {
        var pointer = violation.pointer
        if let missing = violation.missing { pointer += (JSONPointer.root / missing).text }
        if pointer.unicodeScalars.count > Self.longestPointer {
            pointer = String(String.UnicodeScalarView(pointer.unicodeScalars.prefix(Self.longestPointer)))
        }
        let message = violation.missing == nil ? violation.message : "is missing"
        self.init(pointer: pointer, rule: violation.rule, message: message)
    }

    /// - Parameters:
    ///   - place: of the template in the version.
    ///   - variables: names that the version reads from its input: only what lies under one has a place in it.
    init(_ fault: RenderFault, at place: JSONPointer, variables: Set<String>) {
        var message = fault.message + " (version \(place.text)"
        if let line = fault.line { message += ", line \(line)" }
        if let column = fault.column { message += ", column \(column)" }
        self.init(
            pointer: fault.path.flatMap { Self.pointer(path: $0, variables) }, rule: fault.kind.rule,
            message: message + ")")
    }

    /// The place in the input that a dotted path leads to; nil where it is another expression, or of no variable.
    static func pointer(path: String, _ variables: Set<String>) -> String? {
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        let areNames = names.allSatisfy { name in
            !name.isEmpty
                && name.utf8.allSatisfy {
                    $0 == 95 || (48...57).contains($0) || (97...122).contains($0 | 32) || $0 >= 0x80
                }
        }
        guard areNames, let root = names.first, variables.contains(String(root)) else { return nil }
        return names.reduce(into: "") { $0 += "/" + $1 }
    }
}

extension DataFault {
    /// Whether more work, memory or output would have been needed than there was; with more of it there may be no fault.
    package var isOfBudget: Bool {
        rule == SchemaViolation.limitRule
            || [RenderFault.Kind.steps, .memory, .outputBytes].contains { rule == $0.rule }
    }
}

extension RenderFault.Kind {
    /// As it is said to clients.
    var rule: String {
        switch self {
        case .undefined: "undefined"
        case .type: "type"
        case .value: "value"
        case .overflow: "overflow"
        case .zeroDivision: "zero_division"
        case .refused: "refused"
        case .filterArgument: "filter_argument"
        case .runtime: "runtime"
        case .steps: "steps"
        case .memory: "memory"
        case .outputBytes: "output_bytes"
        case .depth: "depth"
        case .numberTooLarge: "number_too_large"
        }
    }
}
