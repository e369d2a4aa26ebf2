import NIOCore

/// Where what a client sends over HTTP/2 begins and ends: its preface, its frames, its blocks of headers (a frame that
/// does not end them and those that go on). It reads lengths and kinds, and judges nothing.
package struct FrameBoundaries: Sendable {
    private enum Place {
        case preface(left: Int)
        /// In the nine bytes before a frame's payload, or before the first of them.
        case head(read: Int)
        case payload(left: Int)
    }

    private static let prefaceBytes = 24
    private static let headBytes = 9

    private var place = Place.preface(left: prefaceBytes)
    private var length = 0
    private var kind: UInt8 = 0
    private var flags: UInt8 = 0
    private var isInHeaders = false

    /// How many whole things have come.
    package private(set) var count = 0

    package init() {}

    /// Part of something has come. Bodies do not count: they may come slowly, and have a deadline of their own.
    package var isWithin: Bool {
        switch place {
        case .preface(let left): left < Self.prefaceBytes
        case .head(let read): read > 0 || isInHeaders
        case .payload: kind != FrameKind.data
        }
    }

    package mutating func read(_ bytes: ByteBufferView) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch place {
            case .preface(let left):
                let taken = min(left, bytes.endIndex - index)
                index += taken
                place = .preface(left: left - taken)
                if taken == left { endThing() }
            case .head(let read):
                readHead(bytes[index], at: read)
                index += 1
            case .payload(let left):
                let taken = min(left, bytes.endIndex - index)
                index += taken
                place = .payload(left: left - taken)
                if taken == left { endFrame() }
            }
        }
    }

    private mutating func readHead(_ byte: UInt8, at position: Int) {
        switch position {
        case 0: length = Int(byte)
        case 1, 2: length = length << 8 | Int(byte)
        case 3: kind = byte
        case 4: flags = byte
        case _: break
        }
        guard position + 1 == Self.headBytes else { return place = .head(read: position + 1) }
        if length == 0 { endFrame() } else { place = .payload(left: length) }
    }

    private mutating func endFrame() {
        switch kind {
        case FrameKind.headers, FrameKind.continuation: isInHeaders = flags & FrameKind.endHeaders == 0
        case _: break
        }
        if isInHeaders { place = .head(read: 0) } else { endThing() }
    }

    private mutating func endThing() {
        place = .head(read: 0)
        count += 1
    }
}

/// Of RFC 9113.
private enum FrameKind {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let continuation: UInt8 = 9
    static let endHeaders: UInt8 = 4
}
