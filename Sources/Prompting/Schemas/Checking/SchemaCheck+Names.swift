import JSON

extension SchemaCheck {
    /// Whether a string node says what `range` of the program's names is. Here, and not in JSON, so that it is inlined:
    /// it is what checking objects does most.
    @inline(__always)
    func isNamed(_ node: Int, _ range: NameRange) -> Bool {
        let place = nodes[node]
        let from = Int(place.start) + 1
        let start = Int(range.start)
        let count = Int(range.count)
        guard place.flags & 1 != 0 else { return tape.isString(node, names, start, count) }
        guard Int(place.end) - 1 - from == count else { return false }
        precondition(from + count <= tape.document.count && start + count <= names.count && start >= 0)
        // Both ranges lie in their arrays, as was just checked; loads are of eight bytes within them, or of single ones.
        return tape.document.withUnsafeBytes { document in
            names.withUnsafeBytes { names in
                var offset = 0
                while offset + 8 <= count {
                    let one = document.loadUnaligned(fromByteOffset: from + offset, as: UInt64.self)
                    let other = names.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
                    if one != other { return false }
                    offset += 8
                }
                while offset < count {
                    if document[from + offset] != names[start + offset] { return false }
                    offset += 1
                }
                return true
            }
        }
    }
}
