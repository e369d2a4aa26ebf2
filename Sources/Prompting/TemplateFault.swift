/// Why a template was refused: where, and what stands there.
///
/// The construct is one of our own words for it, never a piece of the template, so a fault may be logged.
package struct TemplateFault: Error, Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case statement, comment, whiteSpaceControl, unclosed, empty
        case filter, call, bracket, `operator`, literal, keyword, path, unexpected
    }

    /// Counted from 1; lines end in a line feed.
    package var line: Int
    /// Counted from 1, in Unicode scalars.
    package var column: Int
    package var kind: Kind
    /// As written (`{% … %}`, `|`, `(`), or what it is (`number`, `second name`).
    package var construct: String

    package init(line: Int, column: Int, kind: Kind, construct: String) {
        self.line = line
        self.column = column
        self.kind = kind
        self.construct = construct
    }

    package var message: String {
        switch kind {
        case .unclosed: "line \(line), column \(column): {{ is never closed"
        case .empty: "line \(line), column \(column): {{ }} names no variable"
        case .path: "line \(line), column \(column): not a dotted path: \(construct)"
        case .statement, .comment, .whiteSpaceControl, .filter, .call, .bracket, .operator, .literal, .keyword,
            .unexpected:
            "line \(line), column \(column): \(construct) is not supported: "
                + "the full language comes later; here only {{ name }} and dotted paths"
        }
    }
}
