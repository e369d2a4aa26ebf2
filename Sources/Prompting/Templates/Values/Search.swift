extension [UInt8] {
    func firstRange(of pattern: [UInt8]) -> Range<Int>? { self[...].firstRange(of: pattern[...]) }
}

extension ArraySlice<UInt8> {
    /// Where these bytes stand for the first time; an empty pattern stands at the start. In time linear in both.
    func firstRange(of pattern: ArraySlice<UInt8>) -> Range<Int>? {
        guard let first = pattern.first else { return startIndex..<startIndex }
        guard pattern.count <= count else { return nil }
        if pattern.count > Self.shortPattern { return longRange(of: pattern, isLast: false) }
        let last = endIndex - pattern.count
        var position = startIndex
        while position <= last {
            if self[position] == first, matches(pattern, at: position) { return position..<position + pattern.count }
            position += 1
        }
        return nil
    }

    /// Where these bytes stand for the last time; an empty pattern stands at the end.
    func lastRange(of pattern: ArraySlice<UInt8>) -> Range<Int>? {
        guard let first = pattern.first else { return endIndex..<endIndex }
        guard pattern.count <= count else { return nil }
        if pattern.count > Self.shortPattern { return longRange(of: pattern, isLast: true) }
        var position = endIndex - pattern.count
        while position >= startIndex {
            if self[position] == first, matches(pattern, at: position) { return position..<position + pattern.count }
            position -= 1
        }
        return nil
    }

    /// Up to here trying every place is quick; beyond it a repetitive pattern could make it quadratic.
    private static var shortPattern: Int { 8 }

    private func matches(_ pattern: ArraySlice<UInt8>, at position: Int) -> Bool {
        var offset = 1
        while offset < pattern.count {
            if self[position + offset] != pattern[pattern.startIndex + offset] { return false }
            offset += 1
        }
        return true
    }

    /// Knuth, Morris and Pratt's search; for the last place from the end on, so that it looks no further than it must.
    private func longRange(of pattern: ArraySlice<UInt8>, isLast: Bool) -> Range<Int>? {
        let pattern = isLast ? Array(pattern.reversed()) : Array(pattern)
        // Of each prefix, the length of the longest that is also its proper suffix.
        var borders = [Int](repeating: 0, count: pattern.count)
        var border = 0
        for place in pattern.indices.dropFirst() {
            while border > 0, pattern[place] != pattern[border] { border = borders[border - 1] }
            if pattern[place] == pattern[border] { border += 1 }
            borders[place] = border
        }
        var matched = 0
        for offset in 0..<count {
            let position = isLast ? endIndex - 1 - offset : startIndex + offset
            while matched > 0, self[position] != pattern[matched] { matched = borders[matched - 1] }
            if self[position] == pattern[matched] { matched += 1 }
            if matched == pattern.count {
                return isLast ? position..<position + matched : position + 1 - matched..<position + 1
            }
        }
        return nil
    }
}
