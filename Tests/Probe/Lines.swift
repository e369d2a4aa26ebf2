import Glibc
import JSON

/// Answers each line of standard input with one line.
///
/// - Parameter answer: writes one JSON value; throws what the line lacks to be a request.
func answerLines(_ answer: (_ request: JSONValue, _ answer: inout JSONWriter) throws -> Void) {
    var output: [UInt8] = []
    var reader = LineReader()
    while let line = reader.next() {
        var writer = JSONWriter()
        do {
            try answer(JSONDocument(line).root, &writer)
        } catch {
            writer = JSONWriter()
            writer.beginObject()
            writer.key("no_request")
            writer.string("\(error)")
            writer.endObject()
        }
        output += writer.bytes
        output.append(UInt8(ascii: "\n"))
        if output.count > 1 << 16 { flush(&output) }
    }
    flush(&output)
}

/// What keeps a line from being a request.
struct NoRequest: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Standard input, line by line; a last line needs no line feed.
private struct LineReader {
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    mutating func next() -> ArraySlice<UInt8>? {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = end + 1 }
                return buffer[position..<end]
            }
            if isAtEnd {
                defer { position = buffer.endIndex }
                return position < buffer.endIndex ? buffer[position...] : nil
            }
            buffer.removeSubrange(..<position)
            position = 0
            searched = buffer.count
            fill()
        }
    }

    private mutating func fill() {
        let more = [UInt8](unsafeUninitializedCapacity: 1 << 18) { space, count in
            count = max(read(STDIN_FILENO, space.baseAddress, space.count), 0)
        }
        isAtEnd = more.isEmpty
        buffer += more
    }
}

private func flush(_ output: inout [UInt8]) {
    var rest = output[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        // Nobody reads any more.
        guard written > 0 else { exit(1) }
        rest = rest.dropFirst(written)
    }
    output.removeAll(keepingCapacity: true)
}

func complain(_ message: String) {
    var line = Array((message + "\n").utf8)
    write(STDERR_FILENO, &line, line.count)
}
