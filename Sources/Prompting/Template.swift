/// A prompt text with variables in it, compiled once and rendered for every run.
///
/// The language so far is the part of Jinja2 that fills in a variable: `{{ name }}`, `{{ customer.name }}`,
/// `{{ items.0.title }}`. All else that Jinja2 would act on is refused when compiling, so that no text changes its
/// meaning when the rest of the language arrives. Text outside is kept byte for byte, a last line feed included.
package struct Template: Sendable {
    enum Piece: Hashable, Sendable {
        /// A range of `source`.
        case text(Range<Int>)
        /// A position in `paths`.
        case variable(Int)
    }

    let source: [UInt8]
    let pieces: [Piece]
    let paths: [VariablePath]

    /// - Parameter text: UTF-8.
    package init(compiling text: [UInt8]) throws(TemplateFault) {
        var compiler = TemplateCompiler(source: text)
        try compiler.run()
        source = text
        pieces = compiler.pieces
        paths = compiler.paths
    }

    package init(compiling text: String) throws(TemplateFault) {
        try self.init(compiling: Array(text.utf8))
    }

    /// Memory it holds, in bytes, roughly.
    var byteCost: Int {
        source.count + pieces.count * MemoryLayout<Piece>.stride
            + paths.reduce(0) { $0 + $1.text.utf8.count * 2 + $1.segments.count * 48 + 64 }
    }
}
