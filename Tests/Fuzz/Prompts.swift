import JSON
import Prompting

extension FuzzTarget {
    /// A template, a NUL, and its input. What compiles renders, or says which variable is missing.
    static let template = FuzzTarget(name: "template") { input in
        let (text, json) = halves(input)
        guard let template = try? Template(compiling: text) else { return }
        let values = (try? JSONDocument(json[...]))?.root
        var output = Array("before".utf8)
        do {
            try template.render(input: values, into: &output, maximumBytes: 4096)
            try hold(output.count <= 4096, "no more is rendered than allowed")
            try hold(output.starts(with: "before".utf8), "what was there stays")
            if template.variables.isEmpty {
                try hold(Array(output.dropFirst(6)) == text, "text without variables is kept byte for byte")
            }
        } catch let fault as RenderFault {
            if let path = fault.path {
                try hold(
                    template.variables.contains { $0.paths.contains(path) }, "what is missing is one of its variables")
            } else {
                try hold(fault == .outputTooLarge(maximumBytes: 4096), "the limit is the one given")
            }
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
