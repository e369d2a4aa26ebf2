import Domain
import JSON
import Logging

/// One entry as one line.
enum LogLine {
    static func append(_ entry: LogOutput.Entry, _ format: Configuration.LogFormat, to bytes: inout [UInt8]) {
        switch format {
        case .json: bytes += json(entry)
        case .text: bytes += text(entry).utf8
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// `time`, `level`, `logger`, `message`, then the metadata by name; numbers and truth values as such.
    private static func json(_ entry: LogOutput.Entry) -> [UInt8] {
        var writer = JSONWriter(capacity: 768)
        writer.beginObject()
        let fixed = [
            ("time", timestamp(milliseconds: entry.time)), ("level", entry.level.rawValue), ("logger", entry.label),
            ("message", entry.message.description),
        ]
        for (name, value) in fixed {
            writer.key(name)
            writer.string(value)
        }
        for (name, value) in sorted(entry.metadata) where !fixed.contains(where: { $0.0 == name }) {
            writer.key(name)
            append(value, to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func append(_ value: Logger.MetadataValue, to writer: inout JSONWriter) {
        switch value {
        case .string(let text): writer.string(text)
        case .stringConvertible(let value):
            switch value {
            case let value as Int64: writer.int(value)
            case let value as Bool: writer.bool(value)
            case let value as NanoCredits: writer.raw(value.description.utf8)
            case let value as any BinaryInteger: writer.int(value)
            case let value: writer.string(value.description)
            }
        case .array(let values):
            writer.beginArray()
            for value in values { append(value, to: &writer) }
            writer.endArray()
        case .dictionary(let values):
            writer.beginObject()
            for (name, value) in sorted(values) {
                writer.key(name)
                append(value, to: &writer)
            }
            writer.endObject()
        }
    }

    /// `TIME level logger: message name=value …`
    private static func text(_ entry: LogOutput.Entry) -> String {
        var line = "\(timestamp(milliseconds: entry.time)) \(entry.level.rawValue) \(entry.label): "
        line += plain(entry.message.description) ? entry.message.description : quoted(entry.message.description)
        for (name, value) in sorted(entry.metadata) {
            let value = "\(value)"
            line += " \(name)=\(!value.isEmpty && plain(value) && !value.utf8.contains(32) ? value : quoted(value))"
        }
        return line
    }

    /// Whether it can stand in a line as it is: neither ends the line nor looks like quoted.
    private static func plain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 32 && $0 != 34 && $0 != 127 } }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter(capacity: text.utf8.count + 16)
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func sorted(_ metadata: Logger.Metadata) -> [(key: String, value: Logger.MetadataValue)] {
        metadata.sorted { $0.key < $1.key }
    }
}
