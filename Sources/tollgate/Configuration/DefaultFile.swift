extension Setting {
    /// The documented configuration file: every key with its meaning and default, unset ones as comments.
    static var documentedFile: String {
        var lines = [
            "# The configuration of Tollgate: every key, with its default.",
            "#",
            "# Each key can also be given as an environment variable, named in brackets, which wins over this file.",
            "# A key that does not exist, or a value it does not take, keeps Tollgate from starting.",
            "#",
            "# Keys marked \"live\" change while the server runs: edit this file and send it SIGHUP. The others take a restart.",
        ]
        var section: [String] = []
        for setting in all {
            let parts = setting.parts
            let heading = Array(parts.dropLast())
            if heading != section {
                lines.append("")
                section = heading
                lines += heading.enumerated().map { depth, part in
                    // No provider needs a section: the one shown is an example.
                    (part == "*" ? "#" : "") + indentation(depth) + (part == "*" ? "my-provider" : part) + ":"
                }
            } else if heading.isEmpty {
                lines.append("")
            }
            let indent = indentation(heading.count)
            let name = setting.environmentName.replacing("*", with: "MY_PROVIDER")
            lines += setting.meaning.split(separator: "\n").map { indent + "# " + $0 }
            lines.append(indent + "# (\(setting.expects)) [\(name)]" + (setting.isLive ? " live" : ""))
            lines.append(
                setting.fallback.map { "\(indent)\(parts[heading.count]): \($0)" }
                    ?? "\(indent)#\(parts[heading.count]):")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func indentation(_ depth: Int) -> String { String(repeating: " ", count: 2 * depth) }
}
