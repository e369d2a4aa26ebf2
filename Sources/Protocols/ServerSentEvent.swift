/// One server-sent event.
package struct ServerSentEvent: Sendable {
    /// UTF-8; empty where the event has no name.
    package var name: [UInt8]
    /// The `data` lines joined with newlines, with room behind for a JSON check in place.
    package var data: [UInt8]
    /// All bytes of the event as they came, blank line included, for relaying it byte for byte.
    package var raw: [UInt8]
}

package enum SSEFault: Error, Hashable, Sendable {
    /// An event is larger than the parser was told to hold.
    case tooLarge
}
