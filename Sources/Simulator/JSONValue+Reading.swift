import FoundationEssentials
import JSON

/// What readers of requests share. Absent and null are the same to them.
extension JSONValue {
    /// The text of a message's content: of a string itself, of parts their texts.
    var contentText: String {
        string ?? elements().compactMap { $0.member("text")?.string }.joined(separator: " ")
    }

    func text(_ name: String) -> String? { present(name)?.string }
    func list(_ name: String) -> [JSONValue] { present(name)?.elements() ?? [] }

    func required(_ name: String) throws(BadRequest) -> JSONValue {
        guard let value = present(name) else { throw BadRequest("\(name): Field required") }
        return value
    }

    /// Of the first of these members that is present. Throws where it is no integer.
    func integer(_ names: String...) throws(BadRequest) -> Int? {
        guard let name = names.first(where: { present($0) != nil }), let value = present(name) else { return nil }
        guard let number = value.int else { throw BadRequest("\(name): Input should be a valid integer") }
        return Int(number)
    }

    func flag(_ name: String) throws(BadRequest) -> Bool? {
        guard let value = present(name) else { return nil }
        guard let flag = value.bool else { throw BadRequest("\(name): Input should be a valid boolean") }
        return flag
    }

    func string(_ name: String) throws(BadRequest) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value.string else { throw BadRequest("\(name): Input should be a valid string") }
        return text
    }
}

extension Inquiry.Attachment {
    /// Of base64 text. Throws for text that is none.
    init(kind: String, mediaType: String?, base64 text: String) throws(BadRequest) {
        guard let data = Data(base64Encoded: text) else { throw BadRequest("The \(kind) is not valid base64.") }
        self.init(kind: kind, mediaType: mediaType, content: .bytes(data.count))
    }

    /// Of a URL; one that starts with `data:` holds the bytes itself.
    init(kind: String, url: String) throws(BadRequest) {
        guard url.hasPrefix("data:") else {
            self.init(kind: kind, mediaType: nil, content: .address(url))
            return
        }
        let parts = url.dropFirst("data:".count).split(separator: ",", maxSplits: 1)
        guard parts.count == 2, parts[0].hasSuffix(";base64") else {
            throw BadRequest("The \(kind) is not a base64 data URL.")
        }
        try self.init(kind: kind, mediaType: String(parts[0].dropLast(";base64".count)), base64: String(parts[1]))
    }

    /// What `+look` says of it.
    var words: String {
        switch content {
        case .bytes(let count): "\(kind) \(mediaType ?? "of no type") of \(count) bytes"
        case .address(let url): "\(kind) at \(url)"
        }
    }
}
