import Transport

extension FuzzTarget {
    /// Lines of a provider's head as libcurl hands them over: no line is lost, no field has a line end in it.
    static let responseHead = FuzzTarget(name: "response-head") { input in
        var reader = ResponseHeadReader()
        var finished: ResponseHead?
        for line in lines(of: input) {
            let head = line.withUnsafeBytes { reader.take($0) }
            if let head {
                try hold(finished == nil, "an answer has one head")
                finished = head
            }
        }
        try hold(reader.byteCount == input.count, "every byte is counted")
        try hold(reader.isComplete == (finished != nil), "a head is told once it is complete")
        guard let finished else { return }
        try hold((0...999).contains(finished.status), "a status has three digits")
        for (name, value) in finished.headers {
            try hold(!name.contains(":") && !(name + value).utf8.contains(0x0A), "a field is a line")
        }
    }

    /// Cut behind each line feed.
    private static func lines(of input: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var rest = input[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
            lines.append(rest[..<end])
            rest = rest[end...]
        }
        return lines
    }
}
