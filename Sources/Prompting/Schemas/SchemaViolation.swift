/// One way in which a value is not what a schema asks for. Says places and rules, never a value of the input.
package struct SchemaViolation: Hashable, Sendable {
    /// To the value at fault, as a JSON Pointer.
    package var pointer: String
    /// The keyword that it breaks (`required`, `minLength`), `false` for a schema that nothing fits, or `limit`.
    package var rule: String
    /// To the keyword in the schema; behind the address of another document where it stands in one.
    package var schemaPointer: String
    package var message: String
    /// The name of the member that is missing, where that is what is wrong.
    package var missing: String?

    package init(
        pointer: String, rule: String, schemaPointer: String, message: String, missing: String? = nil
    ) {
        self.pointer = pointer
        self.rule = rule
        self.schemaPointer = schemaPointer
        self.message = message
        self.missing = missing
    }

    /// The check was given up: it would have taken too many steps, or nested too deep. The value is not known to be
    /// wrong, but it cannot be let through.
    package var isLimit: Bool { rule == Self.limitRule }

    static let limitRule = "limit"
}
