import Domain
import Generators
import JSON
import Testing

@testable import Protocols

@Suite struct EventStreamParserTests {
    private static let values: [EventStreamHeader.Value] = [
        .bool(true), .bool(false), .int8(-3), .int16(-300), .int32(-70_000), .int64(.min), .bytes([]),
        .bytes([0, 255, 7]), .string(""), .string("grüß 😀"), .timestamp(Timestamp(milliseconds: 1_796_000_000_123)),
        .uuid(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210),
    ]

    /// A stream with what Bedrock sends, with all types, with no header, and with no payload.
    private static let golden: [(headers: [EventStreamHeader], payload: String)] = [
        (bedrock("event", "messageStart"), #"{"role":"assistant","p":"abcdefg"}"#),
        (bedrock("event", "contentBlockDelta"), #"{"contentBlockIndex":0,"delta":{"text":"é€😀"},"p":"ab"}"#),
        (values.enumerated().map { EventStreamHeader("h\($0)", $1) }, "{}"),
        ([], "no headers"),
        ([], ""),
        (
            [
                EventStreamHeader(":exception-type", .string("throttlingException")),
                EventStreamHeader(":content-type", .string("application/json")),
                EventStreamHeader(":message-type", .string("exception")),
            ], #"{"message":"Too many requests"}"#
        ),
    ]

    private static func bedrock(_ kind: String, _ type: String) -> [EventStreamHeader] {
        [(":event-type", type), (":content-type", "application/json"), (":message-type", kind)]
            .map { EventStreamHeader($0.0, .string($0.1)) }
    }

    private static let stream = golden.flatMap { EventStreamMessage.frame($0.headers, payload: Array($0.payload.utf8)) }

    /// What a stream holds: its messages, and the fault it ends with.
    private struct Reading: Equatable {
        struct Message: Equatable {
            var headers: [EventStreamHeader]
            var payload: [UInt8]
        }

        var messages: [Message] = []
        var fault: EventStreamFault?

        init(_ pieces: [ArraySlice<UInt8>], parser: EventStreamParser = EventStreamParser()) {
            var parser = parser
            do throws(EventStreamFault) {
                for piece in pieces {
                    parser.append(Array(piece))
                    while let message = try parser.next() { take(message) }
                }
                while let message = try parser.finish() { take(message) }
            } catch {
                fault = error
            }
        }

        init(_ stream: [UInt8], parser: EventStreamParser = EventStreamParser()) {
            self.init([stream[...]], parser: parser)
        }

        private mutating func take(_ message: EventStreamMessage) {
            messages.append(Message(headers: message.headers, payload: message.payload))
        }
    }

    @Test func findsWhatWasFramed() {
        let reading = Reading(Self.stream)
        #expect(reading.fault == nil)
        #expect(reading.messages.map(\.headers) == Self.golden.map(\.headers))
        #expect(reading.messages.map { String(decoding: $0.payload, as: UTF8.self) } == Self.golden.map(\.payload))
    }

    /// Messages that AWS's own libraries are tested with.
    @Test(arguments: [
        ("000000100000000005c248eb7d98c8ff", [], ""),
        ("0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936", [], "{'foo':'bar'}"),
        (
            "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e"
                + "7b27666f6f273a27626172277d8d9c08b1",
            [EventStreamHeader("content-type", .string("application/json"))], "{'foo':'bar'}"
        ),
    ])
    func readsPublishedMessages(_ hexadecimal: String, headers: [EventStreamHeader], payload: String) throws {
        let bytes = try #require(Hexadecimal.decode(hexadecimal))
        let reading = Reading(bytes)
        #expect(reading.fault == nil)
        #expect(reading.messages == [.init(headers: headers, payload: Array(payload.utf8))])
        #expect(EventStreamMessage.frame(headers, payload: Array(payload.utf8)) == bytes)
    }

    @Test func everyCutGivesTheSame() {
        let whole = Reading(Self.stream)
        for cut in 0...Self.stream.count {
            #expect(Reading([Self.stream[..<cut], Self.stream[cut...]]) == whole, "cut at \(cut)")
        }
        var generator = SeededGenerator(seed: 6)
        for round in 0..<1_000 {
            let most = Int.random(in: 1...64, using: &generator)
            var pieces: [ArraySlice<UInt8>] = []
            var rest = Self.stream[...]
            while !rest.isEmpty {
                let size = Int.random(in: 0...most, using: &generator)
                pieces.append(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(Reading(pieces) == whole, "round \(round)")
        }
    }

    @Test func everyFlippedBitIsAFault() {
        let whole = Reading(Self.stream)
        for bit in 0..<Self.stream.count * 8 {
            var flipped = Self.stream
            flipped[bit / 8] ^= 1 << (bit % 8)
            let reading = Reading(flipped)
            let isChecksum = reading.fault == .wrongChecksum || reading.fault == .wrongPreludeChecksum
            #expect(isChecksum, "bit \(bit): \(String(describing: reading.fault))")
            #expect(reading.messages[...] == whole.messages.prefix(reading.messages.count), "bit \(bit)")
        }
    }

    @Test func everyTruncationIsAFault() {
        var ends: Set<Int> = [0]
        for message in Self.golden {
            ends.insert(
                ends.max()! + EventStreamMessage.frame(message.headers, payload: Array(message.payload.utf8)).count)
        }
        for count in 0..<Self.stream.count {
            #expect(
                Reading(Array(Self.stream[..<count])).fault == (ends.contains(count) ? nil : .incomplete), "\(count)")
        }
    }

    @Test func aFaultStays() throws {
        var parser = EventStreamParser()
        var wrong = EventStreamMessage.frame([], payload: Array("a".utf8))
        wrong[12] ^= 1
        parser.append(wrong + Self.stream)
        for _ in 0..<3 {
            #expect(throws: EventStreamFault.wrongChecksum) { try parser.next() }
            parser.append(Self.stream)
        }
        #expect(throws: EventStreamFault.wrongChecksum) { try parser.finish() }
    }

    @Test func limitsHold() {
        let header = EventStreamHeader("a", .string(String(repeating: "b", count: 96)))
        let message = EventStreamMessage.frame([header], payload: [UInt8](repeating: 1, count: 200))
        let fits = EventStreamParser(maximumHeadersSize: 101, maximumPayloadSize: 200)
        #expect(Reading(message, parser: fits).messages.count == 1)
        // Told from the prelude, before anything is held.
        let start = Array(message.prefix(12))
        let fewHeaders = EventStreamParser(maximumHeadersSize: 100, maximumPayloadSize: 200)
        #expect(Reading(start, parser: fewHeaders).fault == .headersTooLarge)
        let littlePayload = EventStreamParser(maximumHeadersSize: 101, maximumPayloadSize: 199)
        #expect(Reading(start, parser: littlePayload).fault == .payloadTooLarge)
        let boundless = EventStreamParser(maximumHeadersSize: .max, maximumPayloadSize: .max)
        #expect(Reading(Self.prelude(total: 16 + (128 << 10) + 1, headers: (128 << 10) + 1)).fault == .headersTooLarge)
        #expect(
            Reading(Self.prelude(total: 16 + (24 << 20) + 1, headers: 0), parser: boundless).fault == .payloadTooLarge)
        #expect(Reading(Self.prelude(total: 16 + (24 << 20), headers: 0), parser: boundless).fault == .incomplete)
        #expect(Reading(Self.prelude(total: 15, headers: 0)).fault == .wrongLength)
        #expect(Reading(Self.prelude(total: 20, headers: 5)).fault == .wrongLength)
    }

    private static func prelude(total: UInt32, headers: UInt32) -> [UInt8] {
        var bytes = [total, headers].flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        bytes += withUnsafeBytes(of: CRC32.checksum(bytes).bigEndian) { Array($0) }
        return bytes
    }

    /// Each a header block with right checksums around it.
    @Test(arguments: [
        [0, 0],  // an empty name
        [5, 97], [1], [1, 97],  // ended in the name, before it, before the type
        [1, 97, 10],  // no such type
        [1, 97, 4, 0, 0, 0], [1, 97, 7, 0], [1, 97, 7, 0, 2, 97], [1, 97, 6, 255, 255], [1, 97, 9, 1],  // in the value
        [1, 0xFF, 0], [1, 97, 7, 0, 1, 0xFF], [1, 97, 7, 0, 2, 0xC0, 0x80],  // no UTF-8
        [1, 97, 0, 1, 97, 1],  // a name that stands there twice
        [13] + Array(":message-type".utf8) + [0], [11] + Array(":event-type".utf8) + [6, 0, 0],  // no text
    ])
    func refusesMalformedHeaders(_ block: [UInt8]) {
        #expect(Reading(Self.message(block)).fault == .malformedHeaders)
    }

    @Test func refusesANameThatStandsTwiceAmongMany() {
        let names = (0..<300).map { EventStreamHeader("n\($0)", .bool(true)) }
        #expect(Reading(EventStreamMessage.frame(names, payload: [])).messages.first?.headers == names)
        for twice in [0, 14, 15, 16, 200, 299] {
            let frame = EventStreamMessage.frame(names + [names[twice]], payload: [])
            #expect(Reading(frame).fault == .malformedHeaders, "\(twice)")
        }
    }

    private static func message(_ block: [UInt8]) -> [UInt8] {
        var bytes = prelude(total: UInt32(16 + block.count), headers: UInt32(block.count)) + block
        bytes += withUnsafeBytes(of: CRC32.checksum(bytes).bigEndian) { Array($0) }
        return bytes
    }

    @Test func tellsWhatAMessageIs() throws {
        var parser = EventStreamParser()
        parser.append(Self.stream)
        let start = try #require(try parser.next())
        #expect(start.kind == .event && start.isEvent("messageStart") && !start.isEvent("messageStop"))
        #expect(
            start.eventType == "messageStart" && start.exceptionType == "" && start.contentType == "application/json")
        #expect(start.hasContentType("application/json") && !start.hasContentType("text/plain"))
        #expect(!start.isException("messageStart"))
        #expect(start.header(":message-type") == .string("event") && start.header("other") == nil)
        #expect(start.payload.capacity - start.payload.count >= JSONDocument.padding)
        let rest = try (0..<5).map { _ in try #require(try parser.next()) }
        #expect(rest.map(\.kind) == [.event, .unknown, .unknown, .unknown, .exception])
        let last = rest[4]
        #expect(last.isException("throttlingException") && !last.isEvent("throttlingException") && !last.isEvent(""))
        parser.append(
            EventStreamMessage.frame(
                [EventStreamHeader(":message-type", .string("error")), EventStreamHeader(":error-code", .string("a"))],
                payload: []))
        let error = try #require(try parser.finish())
        #expect(error.kind == .error && error.header(":error-code") == .string("a"))
    }

    /// The check values of the catalogue of CRCs and of RFC 3720 (for zeros, by zlib), at every length and offset.
    @Test func checksumsAreThoseOfAnotherImplementation() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
        #expect(CRC32.checksum([UInt8](repeating: 0, count: 32)) == 0x190A_55AD)
        var generator = SeededGenerator(seed: 3)
        let bytes = (0..<67).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        for start in 0..<9 {
            for end in start...bytes.count {
                let part = bytes[start..<end]
                var bitwise = UInt32.max
                for byte in part {
                    bitwise ^= UInt32(byte)
                    for _ in 0..<8 { bitwise = bitwise & 1 == 1 ? 0xEDB8_8320 ^ bitwise >> 1 : bitwise >> 1 }
                }
                #expect(part.withUnsafeBytes { CRC32.checksum($0) } == ~bitwise)
                let cut = part.index(start, offsetBy: part.count / 3)
                let first = CRC32.checksum(Array(part[..<cut]))
                #expect(part[cut...].withUnsafeBytes { CRC32.checksum($0, after: first) } == ~bitwise)
            }
        }
    }
}
