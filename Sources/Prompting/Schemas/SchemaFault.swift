/// Why a schema was refused: the place in its text, as a JSON Pointer, and the rule that was broken there.
package struct SchemaFault: Error, Hashable, Sendable {
    package var pointer: String
    package var message: String

    package init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }
}
