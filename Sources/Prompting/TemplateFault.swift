/// Why a template was refused: where, and what stands there.
///
/// Of the template it says names, keywords and operators only, so a fault may be logged.
package struct TemplateFault: Error, Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Something stands where it cannot.
        case syntax
        /// A tag, a comment, a string or a block that does not end.
        case unclosed
        case unknownTag
        /// `else`, an end tag, `break` … without what it belongs to.
        case misplacedTag
        /// Jinja2 knows it; here it is refused on purpose.
        case refused
        case unknownFilter, unknownTest
        /// To something that cannot be assigned to.
        case assignment
        /// Of a call or of a macro: their order, or one that stands twice.
        case arguments
        /// A string's escape or a number that cannot be held.
        case literal
        case tooDeep, tooLarge
        // Those of the compiler that knew variables only; they go with it.
        case statement, comment, whiteSpaceControl, empty
        case filter, call, bracket, `operator`, keyword, path, unexpected
    }

    /// Counted from 1; lines end in a line feed, a carriage return or both.
    package var line: Int
    /// Counted from 1, in Unicode scalars.
    package var column: Int
    package var kind: Kind
    /// The tag or delimiter that is at fault (`for`, `{{`), or what the fault is about (a filter's name, `string`).
    package var construct: String
    /// What is wrong, without the place.
    package var reason: String

    package init(line: Int, column: Int, kind: Kind, construct: String, reason: String) {
        self.line = line
        self.column = column
        self.kind = kind
        self.construct = construct
        self.reason = reason
    }

    package var message: String { "line \(line), column \(column): \(reason)" }

    /// A name as messages show it: cut, since names are of any length.
    static func shown(_ name: String) -> String { String(name.unicodeScalars.prefix(100).map(Character.init)) }
}

extension TemplateFault {
    /// A fault at a byte offset.
    init(at offset: Int, in source: TemplateSource, _ kind: Kind, _ construct: String, _ reason: String) {
        let place = source.place(of: offset)
        self.init(line: place.line, column: place.column, kind: kind, construct: construct, reason: reason)
    }

    /// Of the compiler that knew variables only; goes with it.
    package init(line: Int, column: Int, kind: Kind, construct: String) {
        let reason =
            switch kind {
            case .unclosed: "{{ is never closed"
            case .empty: "{{ }} names no variable"
            case .path: "not a dotted path: \(construct)"
            default:
                "\(construct) is not supported: the full language comes later; here only {{ name }} and dotted paths"
            }
        self.init(line: line, column: column, kind: kind, construct: construct, reason: reason)
    }
}
