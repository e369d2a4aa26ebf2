import JSON

/// What the client said in Gemini's own words.
extension GeminiEncoding {
    /// As it came, but for the marks of other providers, and for calls of theirs that the third generation would refuse.
    mutating func writeRaw() {
        // Of the turn at hand, which an SDK keeps as one content for each event of its stream.
        var isSigned = false
        for content in outgoing.rawMessages {
            let parts = content.present("parts")?.googleItems ?? []
            if content.present("role")?.isString("model") != true { isSigned = false }
            isSigned = isSigned || parts.contains(where: Self.isSignedCall)
            let signs = model.isThird && !isSigned && parts.contains { $0.google("functionCall") != nil }
            if signs || GeminiSeal.isMarked(content.raw) {
                writer.content(parts.compactMap(Self.unsealed), of: content, signsFirstCall: signs)
            } else {
                writer.value(content)
            }
            isSigned = isSigned || signs
        }
    }

    /// Calls in parallel are signed at the first one only.
    private static func isSignedCall(_ part: JSONValue) -> Bool {
        guard part.google("functionCall") != nil, let signature = JSONText(part.google("thoughtSignature")) else {
            return false
        }
        if case .own = GeminiSeal.open(signature) { return true }
        return false
    }

    /// A part without what only another provider can read; nil where nothing is left.
    private static func unsealed(_ part: JSONValue) -> JSONValue? {
        guard let signature = JSONText(part.google("thoughtSignature")), GeminiSeal.isMarked(part.raw) else {
            return part
        }
        if case .own = GeminiSeal.open(signature) { return part }
        if part.present("thought")?.bool == true { return nil }
        var writer = JSONWriter(capacity: part.range.count)
        writer.beginObject()
        for member in (try? part.members()) ?? [] where GeminiName.camel(member.name) != "thoughtSignature" {
            writer.key(member.name)
            writer.value(member.value)
        }
        writer.endObject()
        return try? JSONDocument(writer.bytes).root
    }
}

extension JSONWriter {
    fileprivate mutating func content(_ parts: [JSONValue], of content: JSONValue, signsFirstCall: Bool) {
        guard !parts.isEmpty else { return }
        beginObject()
        for member in (try? content.members()) ?? [] {
            key(member.name)
            guard member.name == "parts" else {
                value(member.value)
                continue
            }
            beginArray()
            let first = signsFirstCall ? parts.firstIndex { $0.google("functionCall") != nil } : nil
            for (index, part) in parts.enumerated() {
                if index == first { signed(part) } else { value(part) }
            }
            endArray()
        }
        endObject()
    }

    private mutating func signed(_ part: JSONValue) {
        beginObject()
        for member in (try? part.members()) ?? [] {
            key(member.name)
            value(member.value)
        }
        member("thoughtSignature", GeminiEncoding.noSignature)
        endObject()
    }
}
