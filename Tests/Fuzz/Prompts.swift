import JSON
import Prompting

extension FuzzTarget {
    /// A template, a NUL, and its input. What compiles renders within its limits, or says where it failed.
    static let template = FuzzTarget(name: "template") { input in
        let (text, json) = halves(input)
        guard let template = try? Template(compiling: text) else { return }
        let values = (try? JSONDocument(json[...])).map { JSONTape($0.root) }
        let limits = RenderLimits(steps: 20_000, bytes: 1 << 20, outputBytes: 4096)
        var output = Array("before".utf8)
        do {
            try template.render(input: values, into: &output, limits: limits)
            try hold(output.count <= 4096 + 6, "no more is rendered than allowed")
            try hold(output.starts(with: "before".utf8), "what was there stays")
        } catch let fault as RenderFault {
            try hold(fault.line != nil && fault.column != nil, "a fault says its place")
        }
    }

    /// A version's canonical form is its own, and never longer than what it was made from.
    static let versionDocument = FuzzTarget(name: "version-document") { input in
        guard let document = try? JSONDocument(input[...]), let version = try? VersionDocument(document) else { return }
        let canonical = version.canonical()
        try hold(canonical.count <= input.count, "the canonical form is never longer")
        let again = try VersionDocument(try reread(canonical, "the canonical form is JSON"))
        try hold(again.canonical() == canonical, "the canonical form is its own")
    }
}
