/// Why a file is not a provider's export: where, and what was expected there. Carries nothing of the file.
package struct BillFault: Error, Hashable, Sendable {
    /// Of the file, counted from 1: of a row in CSV, of the beginning of the JSON text otherwise.
    package var line: Int
    /// JSON Pointer (RFC 6901) into that text; nil in CSV.
    package var pointer: String?
    package var message: String

    package init(line: Int, pointer: String? = nil, _ message: String) {
        self.line = line
        self.pointer = pointer
        self.message = message
    }
}
