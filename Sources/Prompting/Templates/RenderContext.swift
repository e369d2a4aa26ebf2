import JSON

/// What one rendering reads, and what it may still spend. One a rendering; not Sendable.
final class RenderContext {
    let input: JSONTape?
    /// Undefined values print as nothing (Jinja2's `Undefined`) instead of failing (`StrictUndefined`).
    let isLenient: Bool
    let limits: RenderLimits
    private(set) var stepsLeft: Int
    private(set) var bytesLeft: Int
    /// Of all that is rendered in this context together.
    var outputBytesLeft: Int
    /// Answers for `Value.object`; set by the evaluator.
    var objects: (any ObjectTable)?

    init(input: JSONTape?, isLenient: Bool = false, limits: RenderLimits = RenderLimits()) {
        self.input = input
        self.isLenient = isLenient
        self.limits = limits
        stepsLeft = limits.steps
        bytesLeft = limits.bytes
        outputBytesLeft = limits.outputBytes
    }

    func isLenient(_ undefined: Undefined) -> Bool { isLenient || undefined.isLenient }

    /// Pays for work: one step a node evaluated, an element visited, a filter called.
    @inline(__always)
    func spend(steps: Int = 1) throws(RenderFault) {
        stepsLeft -= steps
        if stepsLeft < 0 { throw exhaustion }
    }

    private var exhaustion: RenderFault {
        bytesLeft < 0 ? .tooMuchMemory(limits.bytes) : .tooManySteps(limits.steps)
    }

    /// Pays for asking what kind each character is, which beyond ASCII is a look into Unicode's tables.
    func spend(examining text: Text) throws(RenderFault) {
        try spend(reading: text.isASCII ? text.bytes.count : 4 * text.bytes.count)
    }

    /// Pays for looking through that many bytes where nothing can be thrown: what is owed fails the next `spend`.
    @inline(__always)
    func charge(reading bytes: Int) {
        if bytes >= 64 { stepsLeft -= bytes >> 6 }
    }

    /// Pays for a copy of that many bytes where nothing can be thrown.
    func charge(copying bytes: Int) {
        guard bytes >= 64 else { return }
        charge(reading: bytes)
        bytesLeft -= bytes
        if bytesLeft < 0 { stepsLeft = min(stepsLeft, -1) }
    }

    /// Pays for looking through that many bytes.
    @inline(__always)
    func spend(reading bytes: Int) throws(RenderFault) {
        if bytes >= 64 { try spend(steps: bytes >> 6) }
    }

    /// Pays for memory before it is made: the bytes of a text, 16 for an element of a list, 64 for an entry of a dict.
    /// What is let go of is not paid back, so the sum bounds what is ever held.
    @inline(__always)
    func spend(bytes: Int) throws(RenderFault) {
        let (left, overflows) = bytesLeft.subtractingReportingOverflow(bytes)
        if overflows || left < 0 { throw .tooMuchMemory(limits.bytes) }
        bytesLeft = left
    }
}

/// The evaluator's side of `Value.object`.
protocol ObjectTable: AnyObject {
    /// nil where the object has no such attribute.
    func attribute(_ name: String, of object: Value.ObjectID) throws(RenderFault) -> Value?
    /// Python's `len()`; nil where it has none.
    func length(of object: Value.ObjectID) throws(RenderFault) -> Int?
    func isCallable(_ object: Value.ObjectID) -> Bool
    /// Python's name of its type: `Macro`, `Namespace`, `LoopContext`.
    func typeName(of object: Value.ObjectID) -> String
    /// What iterating over the object yields; nil where Python could not.
    func elements(of object: Value.ObjectID) throws(RenderFault) -> [Value]?
    func isIterable(_ object: Value.ObjectID) -> Bool
    /// Appends what Python prints of the object; false where that would be an address.
    func writeRepr(of object: Value.ObjectID, to output: inout [UInt8], depth: Int) throws(RenderFault) -> Bool
}

extension ObjectTable {
    func elements(of object: Value.ObjectID) throws(RenderFault) -> [Value]? { nil }
    func isIterable(_ object: Value.ObjectID) -> Bool { false }
}

/// A template is code of a tenant's: bounded by what it does, not by the clock.
package struct RenderLimits: Hashable, Sendable {
    package var steps: Int
    /// Of everything made while rendering: texts, lists, dicts.
    package var bytes: Int
    /// Of the rendered text.
    package var outputBytes: Int
    /// Calls within calls, and values within values where they are written or compared.
    package var depth: Int

    package init(steps: Int = 1_000_000, bytes: Int = 64 << 20, outputBytes: Int = 8 << 20, depth: Int = 100) {
        self.steps = steps
        self.bytes = bytes
        self.outputBytes = outputBytes
        self.depth = depth
    }
}
