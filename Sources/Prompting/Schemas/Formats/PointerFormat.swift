/// JSON Pointers (RFC 6901), relative ones, and UUIDs (RFC 4122).
enum PointerFormat {
    static func isPointer(_ text: ArraySlice<UInt8>) -> Bool {
        if text.isEmpty { return true }
        guard text.first == UInt8(ascii: "/") else { return false }
        var isEscape = false
        for byte in text {
            if isEscape && byte != UInt8(ascii: "0") && byte != UInt8(ascii: "1") { return false }
            isEscape = byte == UInt8(ascii: "~")
        }
        return !isEscape
    }

    static func isRelativePointer(_ text: ArraySlice<UInt8>) -> Bool {
        let digits = text.prefix(while: DateFormat.isDigit)
        guard !digits.isEmpty, digits.count == 1 || digits.first != UInt8(ascii: "0") else { return false }
        let rest = text.dropFirst(digits.count)
        return rest.elementsEqual([UInt8(ascii: "#")]) || isPointer(rest)
    }

    static func isUUID(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy(HostFormat.isHexadecimal)
    }
}
