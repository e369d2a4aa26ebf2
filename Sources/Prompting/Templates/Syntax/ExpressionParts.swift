extension Expression {
    /// The expressions right below this one, in the order of the text.
    var parts: [Expression] {
        switch kind {
        case .literal, .name: []
        case .list(let elements), .tuple(let elements), .concatenate(let elements): elements
        case .dict(let entries): entries.flatMap { [$0.key, $0.value] }
        case .negate(let operand), .plus(let operand), .not(let operand), .attribute(let operand, _): [operand]
        case .and(let left, let right), .or(let left, let right), .binary(_, let left, let right),
            .item(let left, let right):
            [left, right]
        case .compare(let first, let others): [first] + others.map(\.1)
        case .conditional(let test, let then, let otherwise): [test, then] + (otherwise.map { [$0] } ?? [])
        case .slice(let object, let start, let stop, let step): [object] + [start, stop, step].compactMap { $0 }
        case .call(let callee, let arguments): [callee] + arguments.expressions
        case .filter(let operand, let filter): [operand] + filter.arguments.expressions
        case .test(let operand, _, let arguments, _): [operand] + arguments.expressions
        }
    }
}

extension ArgumentList {
    var expressions: [Expression] {
        positional + keywords.map(\.value) + [unpacked, unpackedKeywords].compactMap { $0 }
    }
}
