/// Why bytes are no AWS event stream. What follows the fault cannot be found: the stream ends there.
package enum EventStreamFault: Error, Hashable, Sendable {
    /// The first eight bytes of a message are not what was sent.
    case wrongPreludeChecksum
    /// A message is not what was sent.
    case wrongChecksum
    /// A message says it is shorter than its own parts.
    case wrongLength
    /// More headers than the parser was told to hold, in bytes.
    case headersTooLarge
    /// More payload than the parser was told to hold, in bytes.
    case payloadTooLarge
    /// Headers that end in their midst, have an unknown type, text that is not UTF-8, or a name that is empty or stands
    /// there twice; or one that says what the message is, and is no string.
    case malformedHeaders
    /// The stream ended within a message.
    case incomplete
}
