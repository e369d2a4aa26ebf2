import Domain
import JSON

extension AttachmentTokens {
    /// Takes what a message of OpenAI's shape brings along that is not text. A few bytes of it can stand for much: a URL,
    /// the id of a file, the id of what the model said aloud before.
    /// - Parameter keepsDetail: whether the provider keeps to an image's `detail`.
    package mutating func add(_ message: JSONValue, keepsDetail: Bool, _ allowances: Allowances) {
        for member in (try? message.members()) ?? [] where !member.value.isNull {
            switch member.name {
            // Images come back to models that answered with them.
            case "content", "images": for part in member.value.elements() { add(part, keepsDetail, allowances) }
            // What the model said before, by its id.
            case "audio": add(.audio, inline: nil, allowances)
            case _: break
            }
        }
    }

    /// The same of a version's own message, or of one that an input brought.
    package mutating func add(_ message: RenderedMessage, keepsDetail: Bool, _ allowances: Allowances) {
        guard message.attachmentCount > 0 else { return }
        let json: [UInt8]
        switch message.content {
        case .text: return
        case .parts(let parts): json = Array(#"{"content":"#.utf8) + parts + [UInt8(ascii: "}")]
        case .members(let members): json = [UInt8(ascii: "{")] + members + [UInt8(ascii: "}")]
        }
        guard let document = try? JSONDocument(json) else {
            // It was written as JSON a moment ago; whatever it is, it is not free.
            for _ in 0..<message.attachmentCount { add(.other, inline: nil, allowances) }
            return
        }
        add(document.root, keepsDetail: keepsDetail, allowances)
    }

    /// Types of parts that are text, and so no longer than they stand there.
    private static let texts: Set<String> = [
        "text", "input_text", "output_text", "refusal", "thinking", "reasoning", "redacted_thinking", "tool_use",
    ]

    private mutating func add(_ part: JSONValue, _ keepsDetail: Bool, _ allowances: Allowances) {
        let type = part.only("type")?.string ?? ""
        switch type {
        case _ where Self.texts.contains(type): break
        // What a tool answered, which may be in parts again.
        case "tool_result":
            for inner in part.member("content")?.elements() ?? [] { add(inner, keepsDetail, allowances) }
        case "image_url", "input_image", "image":
            let source = part.present("image_url") ?? part.present("image") ?? part.present("source")
            let isCoarse = (source?.only("detail") ?? part.only("detail"))?.isString("low") == true
            add(
                source?.kindOfData ?? .image(isCoarse: isCoarse && keepsDetail), inline: source?.base64ByteCount,
                allowances)
        case "input_audio", "audio_url", "audio":
            add(.audio, inline: part.present(type)?.base64ByteCount, allowances)
        case "file", "input_file", "document_url", "document":
            let source = part.present(type) ?? part.present("source") ?? part
            add(.file, inline: source.base64ByteCount, allowances)
        case "video_url", "input_video", "video":
            add(.video, inline: part.present(type)?.base64ByteCount, allowances)
        case _: add(.other, inline: nil, allowances)
        }
    }
}

extension JSONValue {
    /// How many bytes of base64 stand there: in a string that is no reference, or in the member of an object that holds
    /// the data. Nil where something is only named, or nothing is there.
    fileprivate var base64ByteCount: Int? {
        if kind == .string { return isReference ? nil : range.count }
        guard present("file_id") == nil, present("id") == nil else { return nil }
        var count: Int?
        for name in ["file_data", "data", "url", "file_url"] {
            guard let data = present(name), data.kind == .string else { continue }
            if data.isReference { return nil }
            count = (count ?? 0) + data.range.count
        }
        return count
    }

    /// What a `data:` URL says it is, where that is no image: some providers take documents and sound by the same name.
    fileprivate var kindOfData: AttachmentTokens.Kind? {
        let text = kind == .string ? self : present("url")
        guard let text, text.kind == .string else { return nil }
        let start = String(decoding: text.start, as: UTF8.self).lowercased()
        guard start.hasPrefix("data:"), !start.hasPrefix("data:image/") else { return nil }
        return start.hasPrefix("data:audio/") ? .audio : start.hasPrefix("data:video/") ? .video : .file
    }

    /// What a string begins with, behind the quote. PHP writes every slash as `\/`.
    private var start: [UInt8] {
        let raw = Array(raw.dropFirst().prefix(24))
        return raw.indices.filter { raw[$0] != UInt8(ascii: "\\") || raw[($0 + 1)...].first != UInt8(ascii: "/") }
            .map { raw[$0] }
    }

    /// Whether a string says where something is, rather than what. `data:` URLs hold what they name; base64 has neither
    /// colon nor escape, but for slashes.
    private var isReference: Bool {
        let start = start
        if start.starts(with: "data:".utf8) { return false }
        return start.contains(UInt8(ascii: ":")) || start.contains(UInt8(ascii: "\\"))
    }
}
