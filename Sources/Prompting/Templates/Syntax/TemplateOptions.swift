extension Template {
    /// Jinja2's settings of the same names; all off, as there.
    package struct Options: Hashable, Sendable {
        /// The line feed right after a tag goes.
        package var trimBlocks: Bool
        /// The white space before a tag goes, where nothing else stands before it on its line.
        package var lstripBlocks: Bool
        /// Otherwise one line feed at the end of the template goes.
        package var keepTrailingNewline: Bool
        /// Undefined values print as nothing instead of failing.
        package var isLenient: Bool

        package init(
            trimBlocks: Bool = false, lstripBlocks: Bool = false, keepTrailingNewline: Bool = false,
            isLenient: Bool = false
        ) {
            self.trimBlocks = trimBlocks
            self.lstripBlocks = lstripBlocks
            self.keepTrailingNewline = keepTrailingNewline
            self.isLenient = isLenient
        }
    }
}
