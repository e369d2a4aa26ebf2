/// Status and headers of an answer, as the provider sent them.
package struct ResponseHead: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]

    package init(status: Int, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = headers
    }

    /// The first value under this name, whatever its case.
    package subscript(name: String) -> String? {
        headers.first { equalIgnoringCase($0.name.utf8, name.utf8) }?.value
    }
}

/// Assembles the head from the lines libcurl hands over one by one; interim (1xx) heads are passed over.
package struct ResponseHeadReader {
    package private(set) var byteCount = 0
    package private(set) var isComplete = false
    private var head: ResponseHead?

    package init() {}

    /// Answers the head when this line ends it.
    package mutating func take(_ line: UnsafeRawBufferPointer) -> ResponseHead? {
        byteCount += line.count
        guard !isComplete else { return nil }
        let end = unsafe line.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? 0
        let text = unsafe UnsafeRawBufferPointer(rebasing: line[..<end])
        if unsafe text.isEmpty {
            guard let finished = head, !(100..<200).contains(finished.status) else {
                head = nil
                return nil
            }
            isComplete = true
            head = nil
            return finished
        }
        if head == nil {
            head = unsafe ResponseHead(status: Self.status(text))
        } else {
            unsafe addField(text)
        }
        return nil
    }

    private static func status(_ line: UnsafeRawBufferPointer) -> Int {
        guard let space = unsafe line.firstIndex(of: 0x20) else { return 0 }
        return unsafe line[(space + 1)...].prefix(3).reduce(0) { value, byte in
            byte >= 0x30 && byte <= 0x39 ? value * 10 + Int(byte - 0x30) : value
        }
    }

    private mutating func addField(_ line: UnsafeRawBufferPointer) {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        // A folded line (obsolete, but legal to receive) goes on with the value before it.
        if unsafe isBlank(line[0]) {
            guard var last = head?.headers.popLast() else { return }
            unsafe last.value += " " + String(decoding: line.drop(while: isBlank), as: UTF8.self)
            head?.headers.append(last)
            return
        }
        guard let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")) else { return }
        var value = unsafe line[(colon + 1)...].drop(while: isBlank)
        while let last = unsafe value.last, isBlank(last) { unsafe value.removeLast() }
        let name = unsafe String(decoding: line[..<colon], as: UTF8.self)
        unsafe head?.headers.append((name: name, value: String(decoding: value, as: UTF8.self)))
    }
}
