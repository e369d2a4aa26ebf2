import FoundationEssentials

/// The vector of a text: numbers from -1 to 1 that `Float` and short decimals hold exactly, the same for the same text.
struct Embedding {
    let values: [Float]

    init(_ text: String, dimensions: Int) {
        var state = Deterministic.hash(text)
        values = (0..<dimensions).map { _ in Float(Int8(truncatingIfNeeded: Deterministic.next(&state))) / 128 }
    }

    var json: JSONLiteral { .list(values.map { .raw(String($0)) }) }

    /// Of little-endian floats.
    var base64: String {
        Data(values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
            .base64EncodedString()
    }
}
