import Domain
import JSON
import Protocols

/// Reads an AWS event stream: `{"stream": HEXADECIMAL}` → `{"messages": [{"headers": {NAME: VALUE…}, "payload":
/// HEXADECIMAL, "framed": HEXADECIMAL}…], "fault": TEXT or null}`; bytes are in hexadecimal, and so are UUIDs.
func answerEventStream(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    guard let stream = Hexadecimal.decode(try text(request, "stream")) else { throw NoRequest("no hexadecimal stream") }
    var parser = EventStreamParser()
    parser.append(stream)
    var fault: EventStreamFault?
    answer.beginObject()
    answer.key("messages")
    answer.beginArray()
    do throws(EventStreamFault) {
        while let message = try parser.finish() { write(message, to: &answer) }
    } catch {
        fault = error
    }
    answer.endArray()
    answer.key("fault")
    if let fault { answer.string("\(fault)") } else { answer.null() }
    answer.endObject()
}

private func write(_ message: EventStreamMessage, to answer: inout JSONWriter) {
    answer.beginObject()
    answer.key("headers")
    answer.beginObject()
    for header in message.headers {
        answer.key(header.name)
        write(header.value, to: &answer)
    }
    answer.endObject()
    answer.key("payload")
    answer.string(Hexadecimal.encode(message.payload))
    answer.key("framed")
    answer.string(Hexadecimal.encode(EventStreamMessage.frame(message.headers, payload: message.payload)))
    answer.endObject()
}

private func write(_ value: EventStreamHeader.Value, to answer: inout JSONWriter) {
    switch value {
    case .bool(let value): answer.bool(value)
    case .int8(let value): answer.int(value)
    case .int16(let value): answer.int(value)
    case .int32(let value): answer.int(value)
    case .int64(let value): answer.int(value)
    case .timestamp(let value): answer.int(value.milliseconds)
    case .bytes(let value): answer.string(Hexadecimal.encode(value))
    case .string(let value): answer.string(value)
    case .uuid(let high, let low):
        let bytes = [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
        answer.string(Hexadecimal.encode(bytes))
    }
}
