import CSimdjson

/// Appends a JSON string, quotes included, that says this valid UTF-8. Escaped are only the quote, the backslash and
/// what stands below U+0020; everything else goes over as it is.
package func appendQuotedJSON(utf8 text: some Collection<UInt8>, to output: inout [UInt8]) {
    let isDone: Void? = text.withContiguousStorageIfAvailable { unsafe appendQuoted($0, to: &output) }
    if isDone == nil { unsafe Array(text).withUnsafeBufferPointer { unsafe appendQuoted($0, to: &output) } }
}

package func appendQuotedJSON(_ text: String, to output: inout [UInt8]) {
    var text = text
    text.withUTF8 { unsafe appendQuoted($0, to: &output) }
}

/// Like `appendQuotedJSON`, without the quotes.
package func appendEscapedJSON(utf8 text: some Collection<UInt8>, to output: inout [UInt8]) {
    let isDone: Void? = text.withContiguousStorageIfAvailable { unsafe appendEscaped($0, to: &output) }
    if isDone == nil { unsafe Array(text).withUnsafeBufferPointer { unsafe appendEscaped($0, to: &output) } }
}

private func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    unsafe appendEscaped(text, to: &output)
    output.append(UInt8(ascii: "\""))
}

private func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    // The buffer outlives the call; each step shortens `rest` from its front, by no more than it has.
    var rest = unsafe text
    while let base = rest.baseAddress, !rest.isEmpty {
        let plain = unsafe tg_json_plain_prefix(base, rest.count)
        unsafe output.append(contentsOf: UnsafeBufferPointer(rebasing: rest[..<plain]))
        guard plain < rest.count else { return }
        unsafe appendEscape(of: rest[plain], to: &output)
        unsafe rest = unsafe UnsafeBufferPointer(rebasing: rest[(plain + 1)...])
    }
}

private func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
    case 0x08: output.append(UInt8(ascii: "b"))
    case 0x09: output.append(UInt8(ascii: "t"))
    case 0x0A: output.append(UInt8(ascii: "n"))
    case 0x0C: output.append(UInt8(ascii: "f"))
    case 0x0D: output.append(UInt8(ascii: "r"))
    case _:
        let low = byte & 15
        output.append(contentsOf: [UInt8(ascii: "u"), 48, 48, 48 + (byte >> 4), low < 10 ? 48 + low : 87 + low])
    }
}
