/// What libFuzzer, whose `main` this program has, calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do {
        try chosenTarget.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        // A trap is what libFuzzer takes for a finding.
        fatalError("\(error)")
    }
    return 0
}
