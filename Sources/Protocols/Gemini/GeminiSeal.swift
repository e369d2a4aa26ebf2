import FoundationEssentials
import JSON

/// Reasoning that is another provider's, in the one place where a client of Gemini keeps such things: the signature of a
/// part, which is bytes to Google's SDKs and so base64.
enum GeminiSeal {
    /// The base64 of `tollgate.`, with which every sealed one begins.
    static let mark = Array("dG9sbGdhdGUu".utf8)
    /// Marks thoughts that only their provider can read, as distinct from signatures.
    private static let hidden = Array("tollgate.hidden.".utf8)

    enum Content {
        /// Of Gemini itself.
        case own(JSONText)
        /// A signature as `ReasoningSeal` made it.
        case sealed(JSONText)
        /// Hidden thoughts as `ReasoningSeal` sealed them.
        case hidden(JSONText)
    }

    static func seal(_ opaque: JSONText, of origin: WireProtocol, isHidden: Bool = false) -> JSONText {
        if origin == .gemini { return opaque }
        let sealed = ReasoningSeal.seal(opaque, of: origin).utf8
        return .utf8(Array(Data(isHidden ? hidden + sealed : sealed).base64EncodedData()))
    }

    static func open(_ signature: JSONText) -> Content {
        let bytes = signature.utf8
        guard bytes.starts(with: mark), let data = Data(base64Encoded: Data(standard(bytes))) else {
            return .own(signature)
        }
        let opened = Array(data)
        guard opened.starts(with: hidden) else { return .sealed(.utf8(opened)) }
        return .hidden(.utf8(Array(opened.dropFirst(hidden.count))))
    }

    /// Whether raw JSON has a sealed one somewhere.
    static func isMarked(_ json: ArraySlice<UInt8>) -> Bool { json.firstRange(of: [UInt8(ascii: "\"")] + mark) != nil }

    /// Base64 in the usual alphabet and padded: Google's Python SDK writes the one for URLs.
    static func standard(_ base64: [UInt8]) -> [UInt8] {
        var bytes = base64
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "-") { bytes[index] = UInt8(ascii: "+") }
            if bytes[index] == UInt8(ascii: "_") { bytes[index] = UInt8(ascii: "/") }
        }
        while bytes.count % 4 != 0 { bytes.append(UInt8(ascii: "=")) }
        return bytes
    }

    /// The same of data that a part brings; as it stands where it is in the usual alphabet.
    static func standard(_ base64: JSONText) -> JSONText {
        guard case .json(let value) = base64,
            value.raw.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return base64 }
        return .utf8(standard(base64.utf8))
    }
}
