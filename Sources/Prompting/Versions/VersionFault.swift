import JSON

/// Why a document is no version. Names the place, never what stands there, so a fault may be logged.
package struct VersionFault: Error, Hashable, Sendable {
    /// JSON Pointer (RFC 6901) to the value at fault; empty for the document itself.
    package var pointer: String
    package var message: String
    /// Place within the template that `pointer` leads to, counted from 1.
    package var line: Int?
    package var column: Int?

    package init(_ pointer: JSONPointer, _ message: String, line: Int? = nil, column: Int? = nil) {
        self.pointer = pointer.text
        self.message = message
        self.line = line
        self.column = column
    }

    init(_ pointer: JSONPointer, _ fault: TemplateFault) {
        self.init(pointer, fault.message, line: fault.line, column: fault.column)
    }

    init(_ pointer: JSONPointer, _ fault: JSONFault) {
        let reason =
            fault.reason == .duplicateKey ? "an object names a member twice" : "not JSON: \(fault.reason.rawValue)"
        self.init(pointer, reason + (fault.offset.map { " (byte \($0))" } ?? ""))
    }
}

/// A place in a JSON document, as RFC 6901 writes it.
package struct JSONPointer: Hashable, Sendable {
    package private(set) var text = ""

    package static let root = JSONPointer()

    /// Names are the writer's own and of any length: cut here, since pointers go into answers and logs.
    private static let longestName = 100

    package static func / (parent: Self, name: String) -> Self {
        var child = parent
        child.text += "/"
        for scalar in name.unicodeScalars.prefix(longestName) {
            switch scalar {
            case "~": child.text += "~0"
            case "/": child.text += "~1"
            default: child.text.unicodeScalars.append(scalar)
            }
        }
        return child
    }

    package static func / (parent: Self, index: Int) -> Self { parent / String(index) }
}
