import NIOCore
import NIOEmbedded
import Testing

@testable import Edge

@Suite struct FrameDeadlineTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let endHeaders: UInt8 = 4

    private static func frame(_ kind: UInt8, flags: UInt8 = 0, payload: Int = 0) -> [UInt8] {
        [0, UInt8(payload >> 8), UInt8(payload & 255), kind, flags, 0, 0, 0, 1] + [UInt8](repeating: 0, count: payload)
    }

    private static let settings = frame(4)

    struct Case: Sendable {
        var bytes: [UInt8]
        var isWithin: Bool
        var count: Int

        init(_ parts: [[UInt8]], lacking: Int = 0, isWithin: Bool, count: Int) {
            bytes = Array(parts.joined().dropLast(lacking))
            self.isWithin = isWithin
            self.count = count
        }
    }

    private static let headers = frame(1, payload: 9)
    private static let wholeHeaders = frame(1, flags: endHeaders, payload: 9)

    static let cases: [Case] = [
        Case([], isWithin: false, count: 0),
        Case([preface], lacking: 23, isWithin: true, count: 0),
        Case([preface], isWithin: false, count: 1),
        Case([preface, settings], isWithin: false, count: 2),
        Case([preface, settings], lacking: 6, isWithin: true, count: 1),
        Case([preface, settings], lacking: 1, isWithin: true, count: 1),
        // PING, half.
        Case([preface, frame(6, payload: 8)], lacking: 4, isWithin: true, count: 1),
        // DATA: half of it may wait for the rest, half of its head may not.
        Case([preface, frame(0, payload: 300)], lacking: 4, isWithin: false, count: 1),
        Case([preface, frame(0, payload: 300)], isWithin: false, count: 2),
        Case([preface, frame(0, payload: 300)], lacking: 304, isWithin: true, count: 1),
        // HEADERS, alone and with what goes on.
        Case([preface, wholeHeaders], isWithin: false, count: 2),
        Case([preface, headers], isWithin: true, count: 1),
        Case([preface, frame(1)], isWithin: true, count: 1),
        Case([preface, headers, frame(9, payload: 1)], isWithin: true, count: 1),
        Case([preface, headers, frame(9, flags: endHeaders, payload: 1)], isWithin: false, count: 2),
        Case([preface, headers, frame(9, flags: endHeaders)], isWithin: false, count: 2),
        // Flags of others mean something else.
        Case([preface, headers, frame(0, flags: endHeaders)], isWithin: true, count: 1),
    ]

    @Test(arguments: cases)
    func whereThingsEnd(_ example: Case) {
        let bytes = example.bytes
        for size in [1, 7, max(1, bytes.count)] {
            var boundaries = FrameBoundaries()
            for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
                boundaries.read(piece.readableBytesView)
            }
            #expect(boundaries.isWithin == example.isWithin, "by \(size)")
            #expect(boundaries.count == example.count, "by \(size)")
        }
    }

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(FrameDeadline(.seconds(10)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test func headersThatDribbleInHaveOneDeadline() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(bytes: Self.preface + Self.frame(1, payload: 1)))
        for _ in 0..<9 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(ByteBuffer(bytes: Self.frame(9, payload: 1)))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        _ = try? channel.finish()
    }

    @Test func eachOneBeginsItsOwn() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(bytes: Self.preface.dropLast()))
        // Always within something, but never long within the same.
        for _ in 0..<5 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(6))
            try channel.writeInbound(ByteBuffer(bytes: Self.preface.suffix(1) + Self.settings.dropLast()))
            channel.embeddedEventLoop.advanceTime(by: .seconds(6))
            try channel.writeInbound(
                ByteBuffer(bytes: Self.settings.suffix(1) + Self.frame(6, payload: 24).dropLast()))
        }
        #expect(channel.isActive)
        _ = try? channel.finish()
    }

    @Test func whatIsWholeHasNone() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(bytes: Self.preface + Self.settings.dropLast()))
        try channel.writeInbound(ByteBuffer(bytes: Self.settings.suffix(1) + Self.frame(0, payload: 90).dropLast()))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        _ = try? channel.finish()
    }
}
