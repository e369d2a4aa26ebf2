/// One server-sent event.
package struct ServerSentEvent: Hashable, Sendable {
    /// UTF-8; empty where the event has no name.
    package var name: [UInt8]
    /// The `data` lines joined with newlines, with room behind for a JSON check in place.
    package var data: [UInt8]
    /// All bytes of the event as they came, blank line included, for relaying it byte for byte.
    package var raw: [UInt8]

    package init(name: [UInt8], data: [UInt8], raw: [UInt8]) {
        self.name = name
        self.data = data
        self.raw = raw
    }

    /// The same event with other data.
    package func framed(_ data: [UInt8]) -> [UInt8] {
        let frame = Self.frame(json: data)
        return name.isEmpty ? frame : Array("event: ".utf8) + name + [UInt8(ascii: "\n")] + frame
    }

    /// The bytes of an event that carries one JSON text. A line end in it can only be white space between tokens, and
    /// would cut the event, so it becomes a space.
    package static func frame(name: StaticString? = nil, json: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(json.count + 32)
        if let name { frame += "event: \(name)\n".utf8 }
        frame += "data: ".utf8
        let start = frame.count
        frame += json
        for index in start..<frame.count
        where frame[index] == UInt8(ascii: "\n") || frame[index] == UInt8(ascii: "\r") {
            frame[index] = UInt8(ascii: " ")
        }
        frame += "\n\n".utf8
        return frame
    }
}

package enum SSEFault: Error, Hashable, Sendable {
    /// An event is larger than the parser was told to hold.
    case tooLarge
}
