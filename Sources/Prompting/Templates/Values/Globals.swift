/// The functions that every template can call, but for those with a state of their own.
extension RenderContext {
    /// As Jinja2's sandbox bounds it.
    static let longestRange = 100_000

    /// `range(stop)`, `range(start, stop)`, `range(start, stop, step)`.
    func makeRange(_ arguments: Arguments) throws(RenderFault) -> Value {
        let given = try arguments.positional(1...3, of: "range")
        var numbers: [Int] = []
        for value in given {
            if case .undefined(let undefined) = value { _ = undefined }
            numbers.append(try requireIndex(value))
        }
        let step = numbers.count > 2 ? numbers[2] : 1
        if step == 0 { throw .value("range() arg 3 must not be zero") }
        let range = RangeValue(
            start: numbers.count > 1 ? numbers[0] : 0, stop: numbers.count > 1 ? numbers[1] : numbers[0], step: step)
        guard range.count <= Self.longestRange else {
            throw RenderFault(
                .overflow, "Range too big. The sandbox blocks ranges larger than MAX_RANGE (\(Self.longestRange)).")
        }
        return .range(range)
    }

    /// `dict(mapping or pairs, **more)`.
    func makeDict(_ arguments: Arguments) throws(RenderFault) -> Value {
        guard arguments.positional.count <= 1 else {
            throw .type("dict expected at most 1 argument, got \(arguments.positional.count)")
        }
        var keys: [Value] = []
        var values: [Value] = []
        if let source = arguments.positional.first {
            if isDict(source) {
                keys = try array(of: source)
                values = try array(of: .rare(.view(.values, of: source)))
            } else {
                for (index, pair) in try array(of: source).enumerated() {
                    guard isIterable(pair) else {
                        throw .type("cannot convert dictionary update sequence element #\(index) to a sequence")
                    }
                    let pair = try array(of: pair)
                    guard pair.count == 2 else {
                        throw .value(
                            "dictionary update sequence element #\(index) has length \(pair.count); 2 is required")
                    }
                    keys.append(pair[0])
                    values.append(pair[1])
                }
            }
        }
        keys += arguments.keywords.map { .string(Text($0.name)) }
        values += arguments.keywords.map(\.value)
        return .dict(try makeDict(keys: keys, values: values))
    }
}
