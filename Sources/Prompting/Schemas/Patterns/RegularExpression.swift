import CRE2

/// A compiled regular expression, and the only user of the C module: matching takes time in proportion to the text
/// and at most to its own size, and memory up to the bound given.
///
/// `@unchecked Sendable`: the pointer never changes, and RE2 lets any number of threads match with one expression.
final class RegularExpression: @unchecked Sendable {
    private let expression: OpaquePointer
    /// Instructions of its program: matching takes at most time in proportion to this times the text.
    let size: Int
    /// Memory that it holds at most, in bytes: its program in two forms, and what one automaton keeps, for which RE2
    /// sets a third of the bound aside.
    let byteCost: Int

    enum Fault: Error { case malformed, repeatsTooOften, tooLarge, outOfMemory }

    /// - Parameters:
    ///   - pattern: in RE2's syntax, UTF-8.
    ///   - maximumMemory: bytes, of the program and of what matching keeps.
    init(_ pattern: [UInt8], maximumMemory: Int) throws(Fault) {
        var made: OpaquePointer?
        // The bytes outlive the call, which copies what it keeps.
        let verdict = unsafe pattern.withUnsafeBytes { bytes in
            unsafe tg_re2_compile(
                bytes.bindMemory(to: CChar.self).baseAddress ?? Self.nothing, bytes.count, Int64(maximumMemory), &made)
        }
        switch verdict {
        case tg_re2_compiled: break
        case tg_re2_repeats_too_often: throw .repeatsTooOften
        case tg_re2_too_large: throw .tooLarge
        case tg_re2_out_of_memory: throw .outOfMemory
        case _: throw .malformed
        }
        // One that compiled was made.
        guard let made = unsafe made else { throw .outOfMemory }
        unsafe expression = unsafe made
        size = Int(unsafe tg_re2_size(made))
        byteCost = 1 << 10 + 64 * size + maximumMemory / 3
    }

    deinit { unsafe tg_re2_delete(expression) }

    /// An address for a pattern of no bytes, none of which are read; as long-lived as the program.
    private static var nothing: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// Whether it matches anywhere in the text.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // The buffer is lent for the call; bytes may be read as chars.
        let bytes = UnsafeRawBufferPointer(text)
        return unsafe tg_re2_matches(expression, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
    }
}
