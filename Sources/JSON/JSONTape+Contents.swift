import CSimdjson

extension JSONTape {
    /// The bytes of a value as it is written.
    @inlinable @inline(__always)
    package func bytes(of node: Int) -> Range<Int> { Int(nodes[node].start)..<Int(nodes[node].end) }

    /// Of a string: the bytes between its quotes as they are written, which is what it says where the node `isPlain`.
    @inlinable @inline(__always)
    package func contents(of node: Int) -> Range<Int> {
        Int(nodes[node].start) + 1..<Int(nodes[node].end) - 1
    }

    @inlinable @inline(__always)
    package func isPlain(_ node: Int) -> Bool { nodes[node].isPlain }

    /// What a string says, as UTF-8; for anything else, its bytes without the first and the last.
    package func decoded(_ node: Int) -> [UInt8] {
        let contents = contents(of: node)
        if nodes[node].isPlain { return Array(document[contents]) }
        return value(node).decodedBytes ?? []
    }

    package func string(_ node: Int) -> String { String(decoding: decoded(node), as: UTF8.self) }

    /// Lends what a string says. Of a plain one nothing is copied.
    @inlinable
    package func withDecoded<R>(_ node: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        if nodes[node].isPlain {
            let contents = contents(of: node)
            // The slice checks that the range lies in the document; the pointer lives as long as the call.
            return unsafe document.withUnsafeBufferPointer { unsafe body(UnsafeBufferPointer(rebasing: $0[contents])) }
        }
        return unsafe decoded(node).withUnsafeBufferPointer { unsafe body($0) }
    }

    /// Whether a string says exactly this.
    @inlinable
    package func isString(_ node: Int, _ text: [UInt8]) -> Bool { isString(node, text, 0, text.count) }

    /// Whether a string says exactly `count` bytes of `text` from `start` on.
    @inlinable
    package func isString(_ node: Int, _ text: [UInt8], _ start: Int, _ count: Int) -> Bool {
        let place = nodes[node]
        let from = Int(place.start) + 1
        guard place.isPlain else { return isEscapedString(node, text, start, count) }
        guard Int(place.end) - 1 - from == count else { return false }
        precondition(from + count <= document.count && start + count <= text.count && start >= 0)
        // Both ranges lie in their arrays, as was just checked; loads are of eight bytes within them, or of single ones.
        return unsafe document.withUnsafeBytes { document in
            unsafe text.withUnsafeBytes { text in
                var offset = 0
                while offset + 8 <= count {
                    let one = unsafe document.loadUnaligned(fromByteOffset: from + offset, as: UInt64.self)
                    let other = unsafe text.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
                    if one != other { return false }
                    offset += 8
                }
                while offset < count {
                    if unsafe document[from + offset] != text[start + offset] { return false }
                    offset += 1
                }
                return true
            }
        }
    }

    @usableFromInline
    package func isEscapedString(_ node: Int, _ text: [UInt8], _ start: Int, _ count: Int) -> Bool {
        guard nodes[node].kind == .string else { return false }
        // An escape takes up to six bytes for one, so most are told apart without being decoded.
        let written = contents(of: node).count
        guard count <= written, written <= 6 * count else { return false }
        return decoded(node).elementsEqual(text[start..<start + count])
    }

    /// Of a number written as an integer that fits; nil otherwise.
    package func integer(_ node: Int) -> Int64? {
        nodes[node].isSmallInteger ? smallInteger(node) : value(node).int
    }

    /// Of a number that `isSmallInteger`.
    @inlinable @inline(__always)
    package func smallInteger(_ node: Int) -> Int64 {
        var at = Int(nodes[node].start)
        let end = Int(nodes[node].end)
        let isNegative = document[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var value: Int64 = 0
        while at < end {
            // Eighteen digits at most.
            value = value &* 10 &+ Int64(document[at] &- 48)
            at += 1
        }
        return isNegative ? -value : value
    }

    package func double(_ node: Int) -> Double? { value(node).double }

    @inlinable package func bool(_ node: Int) -> Bool? {
        nodes[node].kind == .bool ? document[Int(nodes[node].start)] == UInt8(ascii: "t") : nil
    }
}
