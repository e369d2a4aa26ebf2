import FoundationEssentials
import JSON

extension BedrockEncoding {
    mutating func writeMedia(_ media: Media) throws(RequestFault) {
        let format = try Self.format(of: media)
        writer.beginObject()
        switch media.kind {
        case .image: writer.key("image")
        case .audio: writer.key("audio")
        case .video: writer.key("video")
        case .file: writer.key("document")
        }
        writer.beginObject()
        writer.member("format", format)
        if media.kind == .file { writer.member("name", documentName(media.name?.string ?? "")) }
        writer.key("source")
        writer.beginObject()
        switch media.source {
        case .base64(let data): writer.member("bytes", data)
        case .text(let text):
            writer.key("bytes")
            writer.string(utf8: Array(Data(text.utf8).base64EncodedData()))
        case .url(let url) where url.utf8.starts(with: "s3://".utf8):
            writer.key("s3Location")
            writer.beginObject()
            writer.member("uri", url)
            writer.endObject()
        case .url:
            throw RequestFault("The deployed provider takes images and files as data, not by a URL.", param: "messages")
        case .id:
            throw RequestFault("The provider does not have the file that the message names.", param: "messages")
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }

    /// Letters, digits, single spaces, hyphens and brackets, and no name twice in a request.
    private mutating func documentName(_ name: String) -> String {
        var fit = ""
        for character in name {
            let isKnown = character.isASCII && (character.isLetter || character.isNumber || "-()[]".contains(character))
            if isKnown { fit.append(character) } else if !fit.isEmpty, fit.last != " " { fit.append(" ") }
        }
        if fit.last == " " { fit.removeLast() }
        // Its number, where it needs one, must find room as well.
        let base = fit.isEmpty ? "document" : String(fit.prefix(190))
        var unique = base
        var number = 2
        while !documentNames.insert(unique).inserted {
            unique = "\(base) \(number)"
            number += 1
        }
        return unique
    }

    /// Bedrock's word for what the data are.
    private static func format(of media: Media) throws(RequestFault) -> String {
        if case .text = media.source { return "txt" }
        // Parameters may follow: `text/plain;charset=utf-8`.
        let type = media.type.map { $0.prefix { $0 != ";" }.lowercased() }
        let format =
            switch media.kind {
            case .image: type.map { Self.images[$0] } ?? Self.sniffed(media)
            case .audio: Self.sounds[type ?? "audio/wav"]
            case .video: Self.videos[type ?? "video/mp4"]
            case .file: Self.documents[type ?? "application/pdf"]
            }
        guard let format else {
            throw RequestFault("The deployed provider does not take data of that type.", param: "messages")
        }
        return format
    }

    private static let images = [
        "image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp",
    ]
    private static let sounds = [
        "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3",
        "audio/opus": "opus", "audio/aac": "aac", "audio/flac": "flac", "audio/ogg": "ogg", "audio/mp4": "mp4",
        "audio/m4a": "m4a", "audio/x-m4a": "m4a", "audio/webm": "webm", "audio/pcm": "pcm",
    ]
    private static let videos = [
        "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "video/x-matroska": "mkv",
        "video/x-flv": "flv", "video/mpeg": "mpeg", "video/x-ms-wmv": "wmv", "video/3gpp": "three_gp",
    ]
    private static let documents = [
        "application/pdf": "pdf", "text/csv": "csv", "application/msword": "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.ms-excel": "xls", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "text/html": "html", "text/plain": "txt", "text/markdown": "md",
    ]

    /// Of an image that does not say what it is: its first bytes do.
    private static func sniffed(_ media: Media) -> String? {
        guard case .base64(let data) = media.source else { return "png" }
        let bytes = data.utf8
        let known = [("/9j/", "jpeg"), ("R0lGOD", "gif"), ("UklGR", "webp")]
        return known.first { bytes.starts(with: $0.0.utf8) }?.1 ?? "png"
    }
}
