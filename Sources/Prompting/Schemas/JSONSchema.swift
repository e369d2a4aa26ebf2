import JSON

/// A JSON Schema (draft 2020-12 or draft-07), compiled once; checking with it makes nothing where the value is valid.
///
/// It never looks anything up outside: what `$ref` names stands in the schema itself, in `resources`, or is a metaschema
/// of the two drafts. A pattern that needs more than RE2 has, a reference that leads nowhere or in a circle, and a keyword
/// whose value is of the wrong type are refused when compiling. What checking may cost is bounded by steps, not by the
/// clock, so no schema and value together can take long: such a value is refused, with the rule `limit`.
package struct JSONSchema: Sendable {
    package enum Draft: String, Sendable, CaseIterable { case draft7, draft202012 }

    /// Bytes that a schema and each of its resources may have.
    package static let maximumByteCount = 1 << 20

    let program: SchemaProgram

    /// - Parameters:
    ///   - text: UTF-8.
    ///   - default: the draft of a schema that names none in `$schema`.
    ///   - assertsFormats: whether `format` is a rule, not just a remark.
    ///   - resources: further schemas, by the address that references name them by.
    package init(
        compiling text: [UInt8], default draft: Draft = .draft202012, assertsFormats: Bool = false,
        resources: [String: [UInt8]] = [:]
    ) throws(SchemaFault) {
        var compiler = SchemaCompiler(
            dialect: SchemaDialect(draft: draft, assertsFormats: assertsFormats), resources: resources)
        program = try compiler.compile(text)
    }

    package func accepts(_ tape: JSONTape) -> Bool {
        var check = SchemaCheck(program, tape)
        return check.accepts()
    }

    /// What is wrong with a value, in the order of its text; nothing where it is valid.
    ///
    /// - Parameter steps: the most that a check may take, where that is less than any check may.
    package func faults(of tape: JSONTape, atMost maximum: Int = 32, steps: Int = .max) -> [SchemaViolation] {
        var quiet = SchemaCheck(program, tape, steps: steps)
        if quiet.accepts() { return [] }
        if quiet.isGivenUp { return [SchemaCheck.limit] }
        var check = SchemaCheck(program, tape, steps: steps)
        return check.violations(atMost: maximum)
    }

    /// Memory it holds, in bytes, roughly.
    package var byteCost: Int { program.byteCost }
}
