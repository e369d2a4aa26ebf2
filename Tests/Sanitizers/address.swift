// A read of memory that was given back, planted for `scripts/check`.
@main struct UseAfterFree {
    static func main() {
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 8)
        bytes.initialize(repeating: 1, count: 8)
        bytes.deallocate()
        print(bytes[3])
    }
}
