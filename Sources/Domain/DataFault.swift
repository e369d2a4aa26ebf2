/// What is wrong with a run's input, or with an answer: where, and by which rule. Names members, types and rules, never
/// a value.
package struct DataFault: Error, Hashable, Sendable {
    /// JSON Pointer (RFC 6901) from the value that was looked at; nil where the fault is of no one place in it.
    package var pointer: String?
    /// A keyword of JSON Schema (`required`, `type`), or what happened otherwise (`undefined`, `json`, `length`).
    package var rule: String
    package var message: String

    package init(pointer: String?, rule: String, message: String) {
        self.pointer = pointer
        self.rule = rule
        self.message = message
    }
}
