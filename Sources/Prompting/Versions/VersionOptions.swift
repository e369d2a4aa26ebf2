import JSON

/// What a bad answer gets: one that is not what the agent's output schema asks for.
package enum InvalidOutputRule: String, Sendable, CaseIterable {
    /// It goes out, with a mark that it is bad.
    case mark
    /// The model is asked once more; a second bad answer is an error. Of a stream, which cannot be taken back, the
    /// first one is.
    case retry
    /// The run ends in an error.
    case error
}

/// Which of a provider's protocols a version is written for, where there are several.
package enum VersionProtocol: String, Sendable, CaseIterable {
    /// OpenAI's chat completions, where it speaks those; else its own.
    case standard = "default"
    /// OpenAI's Responses.
    case responses
}

extension Template.Options {
    private static let names: Set<String> = ["undefined", "trim_blocks", "lstrip_blocks", "keep_trailing_newline"]

    /// - Parameter value: the version's `template`; nil where it has none.
    init(_ value: JSONValue?, at place: JSONPointer) throws(VersionFault) {
        self.init()
        guard let value else { return }
        let fields = try VersionFields(of: value, at: place, known: Self.names)
        switch try fields.string("undefined") {
        case nil, "strict": isLenient = false
        case "lenient": isLenient = true
        case _: throw VersionFault(place / "undefined", "must be strict or lenient")
        }
        trimBlocks = try fields.bool("trim_blocks") ?? false
        lstripBlocks = try fields.bool("lstrip_blocks") ?? false
        keepTrailingNewline = try fields.bool("keep_trailing_newline") ?? false
    }

    var isDefault: Bool { self == Self() }

    /// What differs from the defaults, in the order of the names.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, isSet) in [
            ("keep_trailing_newline", keepTrailingNewline), ("lstrip_blocks", lstripBlocks),
            ("trim_blocks", trimBlocks),
        ] where isSet {
            writer.key(name)
            writer.bool(true)
        }
        if isLenient {
            writer.key("undefined")
            writer.string("lenient")
        }
        writer.endObject()
    }
}
