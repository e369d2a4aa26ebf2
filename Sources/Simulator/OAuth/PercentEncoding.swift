/// The encoding of paths and forms.
enum PercentEncoding {
    /// Nil where an escape is broken or the text is not UTF-8.
    static func decoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The fields of a form; the last of a name counts. Nil where one cannot be read.
    static func form(_ body: [UInt8]) -> [String: String]? {
        var fields: [String: String] = [:]
        for field in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let name = decoded(spaced(pair[0])), let value = decoded(spaced(pair[1])) else {
                return nil
            }
            fields[name] = value
        }
        return fields
    }

    private static func spaced(_ text: Substring) -> String { String(text.map { $0 == "+" ? " " : $0 }) }
}
