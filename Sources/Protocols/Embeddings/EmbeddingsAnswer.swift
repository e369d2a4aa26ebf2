import Domain
import FoundationEssentials
import JSON

/// What a provider answers to an embeddings request.
package struct EmbeddingsAnswer: Sendable {
    /// The answer as it came.
    package let document: JSONDocument
    /// As the provider names it.
    package let model: String?
    /// Nil where the provider tells none, or one that cannot be.
    package let usage: ReportedUsage?
    /// What is wrong, where it says so under HTTP 200: an object or a string, for `ProviderFailure`.
    package let error: JSONValue?
    private let vectors: [JSONValue]

    /// How many vectors there are.
    package var count: Int { vectors.count }

    /// Throws where the body is not a JSON object.
    package init(_ body: [UInt8]) throws(JSONFault) {
        document = try JSONDocument(body)
        let root = document.root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        model = root.member("model")?.string
        error = root.present("error")
        vectors = (root.member("data")?.elements() ?? []).compactMap { $0.member("embedding") }
        usage = Self.usage(root)
    }

    /// Input only; `total_tokens` where the provider gives that alone.
    private static func usage(_ root: JSONValue) -> ReportedUsage? {
        guard let report = root.present("usage") else { return nil }
        guard let tokens = (report.present("prompt_tokens") ?? report.present("total_tokens"))?.int else { return nil }
        let usage = Usage(uncachedInput: tokens)
        return usage.isPlausible ? ReportedUsage(usage: usage, saysToolCalls: true) : nil
    }

    /// The answer with its vectors in the encoding that the client asked for; nil where they are as they came.
    /// Throws where a vector is in neither.
    package func encode(as encoding: EmbeddingsRequest.Encoding) throws(JSONFault) -> [UInt8]? {
        let wanted: JSONValue.Kind = encoding == .base64 ? .string : .array
        guard vectors.contains(where: { $0.kind != wanted }) else { return nil }
        let root = document.root
        var writer = JSONWriter(capacity: root.range.count)
        writer.beginObject()
        for member in try root.members() {
            writer.key(member.name)
            guard member.name == "data" else {
                writer.value(member.value)
                continue
            }
            writer.beginArray()
            for entry in member.value.elements() { try writer.embedding(entry, as: encoding) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }

    /// The answer with the cost in its usage object, which is one of ours where the provider tells none.
    package static func pricing(whole body: [UInt8], _ ending: AnswerEnding) throws(JSONFault) -> [UInt8] {
        let root = try JSONDocument(body).root
        var writer = JSONWriter(capacity: body.count + 128)
        writer.beginObject()
        for member in try root.members() where member.name != "usage" {
            writer.key(member.name)
            writer.value(member.value)
        }
        writer.key("usage")
        writer.embeddingsUsage(root.present("usage"), ending.usage, cost: ending.cost)
        writer.endObject()
        return writer.bytes
    }
}

/// The two ways in which vectors are written.
package enum EmbeddingVector {
    /// Base64 of little-endian 32-bit floats; nil where the array has anything but numbers.
    package static func base64(_ numbers: JSONValue) -> [UInt8]? {
        let elements = numbers.elements()
        guard numbers.kind == .array else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.count * 4)
        for element in elements {
            guard element.kind == .number, let float = Float(String(decoding: element.raw, as: UTF8.self)) else {
                return nil
            }
            let bits = float.bitPattern
            bytes += [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
            bytes += [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 24)]
        }
        return Array(Data(bytes).base64EncodedData())
    }

    /// A JSON array of numbers; nil where the text is no base64 of whole floats that are numbers.
    package static func floats(base64: [UInt8]) -> [UInt8]? {
        guard let data = Data(base64Encoded: Data(base64)), data.count % 4 == 0 else { return nil }
        let bytes = Array(data)
        var json: [UInt8] = [UInt8(ascii: "[")]
        json.reserveCapacity(bytes.count * 4)
        for start in stride(from: 0, to: bytes.count, by: 4) {
            var bits: UInt32 = 0
            for offset in 0..<4 { bits |= UInt32(bytes[start + offset]) << (8 * UInt32(offset)) }
            let float = Float(bitPattern: bits)
            guard float.isFinite else { return nil }
            if start > 0 { json.append(UInt8(ascii: ",")) }
            // The shortest text that is read as the same float.
            json += float.description.utf8
        }
        json.append(UInt8(ascii: "]"))
        return json
    }
}

extension JSONWriter {
    fileprivate mutating func embedding(
        _ entry: JSONValue, as encoding: EmbeddingsRequest.Encoding
    ) throws(JSONFault) {
        beginObject()
        for member in try entry.members() {
            key(member.name)
            let value = member.value
            switch (member.name, encoding) {
            case ("embedding", .base64) where value.kind == .array:
                guard let text = EmbeddingVector.base64(value) else {
                    throw JSONFault(.invalidNumber, at: value.range.lowerBound)
                }
                string(utf8: text)
            case ("embedding", .floats) where value.kind == .string:
                guard let numbers = EmbeddingVector.floats(base64: value.decodedBytes ?? []) else {
                    throw JSONFault(.invalidString, at: value.range.lowerBound)
                }
                raw(numbers)
            case ("embedding", _) where value.kind != (encoding == .base64 ? .string : .array):
                throw JSONFault(.wrongKind, at: value.range.lowerBound)
            case _: self.value(value)
            }
        }
        endObject()
    }

    /// The provider's own usage object with the cost in it, or one of ours.
    fileprivate mutating func embeddingsUsage(_ told: JSONValue?, _ usage: Usage, cost: String) {
        beginObject()
        if let members = try? told?.members() {
            for member in members where member.name != "cost" {
                key(member.name)
                value(member.value)
            }
        } else {
            key("prompt_tokens")
            int(usage.inputTotal)
            key("total_tokens")
            int(usage.inputTotal)
        }
        key("cost")
        raw(cost.utf8)
        endObject()
    }
}
