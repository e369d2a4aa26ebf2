/// Why a word begins no tag here.
extension TemplateParser {
    /// Tags of Jinja2 and of extensions it comes with that are refused, and why.
    private static let refused: [String: String] = [
        "include": "a template reaches nothing but its input",
        "import": "a template reaches nothing but its input",
        "from": "a template reaches nothing but its input",
        "extends": "templates do not inherit from one another",
        "block": "templates do not inherit from one another",
        "autoescape": "nothing is escaped; use the filter escape",
        "trans": "there are no translations",
        "debug": "a template shows nothing but what it is given",
    ]

    /// What belongs to a tag that was opened before.
    private static let parts: Set<String> = [
        "elif", "else", "endif", "endfor", "endset", "endwith", "endfilter", "endmacro", "endcall", "endraw",
    ]

    mutating func notATag(_ name: String, at: Int, within tag: OpenTag?) -> Stop {
        let shown = TemplateFault.shown(name)
        if let reason = Self.refused[name] {
            return fault(at: at, .refused, shown, "{% \(shown) %} is refused: \(reason)")
        }
        let opener = name.hasPrefix("end") ? String(name.dropFirst(3)) : ""
        if Self.parts.contains(name) || Self.refused[opener] != nil {
            guard let tag else { return fault(at: at, .misplacedTag, shown, "\(shown) closes nothing") }
            let line = place(of: tag.at).line
            return fault(
                at: at, .misplacedTag, shown,
                "expected \(Self.list(tag.ends)) of the \(tag.name) on line \(line), found \(shown)")
        }
        if name == "raw" {
            return fault(at: at, .syntax, shown, "expected {% raw %} or {% raw -%}, found something else after raw")
        }
        return fault(at: at, .unknownTag, shown, "there is no tag \(shown)")
    }
}
