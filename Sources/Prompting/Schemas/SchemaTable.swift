/// Plain values in memory that never moves or changes, made once and read very often: reading counts no references, which
/// an array's does where the compiler cannot see that nobody lets go of it. Every read is checked against the count.
///
/// `@unchecked Sendable`: nothing writes after `init`. Who holds a table holds its owner, a `SchemaProgram`, which frees
/// it when nobody holds it any more.
struct SchemaTable<Element: BitwiseCopyable>: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        count = elements.count
        base = .allocate(capacity: max(1, elements.count))
        base.initialize(from: elements, count: elements.count)
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
        return base[index]
    }

    func free() { base.deallocate() }
}
