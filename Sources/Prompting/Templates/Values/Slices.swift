extension RenderContext {
    /// `value[start:stop:step]`.
    func slice(
        _ value: Value, start: Value?, stop: Value?, step: Value?
    ) throws(RenderFault) -> Value {
        let value = plain(value)
        switch value {
        case .string(let text):
            let count = text.count
            let range = try bounds(count: count, start: start, stop: stop, step: step)
            return .string(try part(of: text, range))
        case .tuple(let values):
            return .tuple(try part(of: ValueElements(values), bounds(values.count, start, stop, step)))
        case .rare(.group(let key, let members)):
            return .tuple(try part(of: ValueElements([key, members]), bounds(2, start, stop, step)))
        case .range(let range):
            let part = try bounds(range.count, start, stop, step)
            let (stride, overflows) = range.step.multipliedReportingOverflow(by: part.step)
            if overflows { throw .integerTooLarge }
            return .range(
                RangeValue(
                    start: range.start &+ part.start &* range.step, stop: range.start &+ part.stop &* range.step,
                    step: stride))
        case .undefined(let undefined): throw undefined.fault
        case .list, .input:
            if let elements = listElements(value) {
                return .list(try part(of: elements, bounds(elements.count, start, stop, step)))
            }
            if case .input = value, isDict(value) { throw .type("unhashable type: 'slice'") }
        case .dict: throw .type("unhashable type: 'slice'")
        case .none, .bool, .int, .float, .object, .rare: break
        }
        throw .type("'\(typeName(of: value))' object is not subscriptable")
    }

    private func bounds(
        _ count: Int, _ start: Value?, _ stop: Value?, _ step: Value?
    ) throws(RenderFault) -> RangeValue {
        try bounds(count: count, start: start, stop: stop, step: step)
    }

    /// The positions that a slice of a sequence takes, as Python bounds them.
    private func bounds(
        count: Int, start: Value?, stop: Value?, step: Value?
    ) throws(RenderFault) -> RangeValue {
        let stride = try sliceIndex(step) ?? 1
        if stride == 0 { throw .value("slice step cannot be zero") }
        let lowest = stride < 0 ? -1 : 0
        let highest = stride < 0 ? count - 1 : count
        func bounded(_ index: Int) -> Int {
            index < 0 ? max(index + count, lowest) : min(index, highest)
        }
        let first = try sliceIndex(start).map(bounded) ?? (stride < 0 ? highest : lowest)
        let end = try sliceIndex(stop).map(bounded) ?? (stride < 0 ? lowest : highest)
        return RangeValue(start: first, stop: end, step: stride)
    }

    private func sliceIndex(_ value: Value?) throws(RenderFault) -> Int? {
        guard let value else { return nil }
        let plain = plain(value)
        if case .none = plain { return nil }
        if case .input(let node) = plain, inputKind(node) == .number {
            return inputBytes(node).first == UInt8(ascii: "-") ? .min / 2 : .max / 2
        }
        if let index = try index(plain) { return min(max(index, .min / 2), .max / 2) }
        throw .type("slice indices must be integers or None or have an __index__ method")
    }

    private func part(of elements: ValueElements, _ range: RangeValue) throws(RenderFault) -> [Value] {
        try spend(bytes: 16 * range.count)
        var values: [Value] = []
        values.reserveCapacity(range.count)
        for index in 0..<range.count { values.append(elements[range[index]]) }
        return values
    }

    private func part(of text: Text, _ range: RangeValue) throws(RenderFault) -> Text {
        try spend(reading: text.bytes.count)
        guard range.count > 0 else { return Text([], isMarkup: text.isMarkup) }
        let bytes = text.bytes
        if range.step == 1 {
            let isASCII = text.isASCII
            let start = isASCII ? range.start : bytes.offset(ofScalar: range.start)
            let end = isASCII ? range.stop : bytes[start...].offset(ofScalar: range.count)
            try spend(bytes: end - start)
            return Text(Array(bytes[start..<end]), isMarkup: text.isMarkup)
        }
        try spend(bytes: 4 * range.count)
        var part: [UInt8] = []
        if text.isASCII {
            for index in 0..<range.count { part.append(bytes[range[index]]) }
        } else {
            try spend(bytes: 4 * bytes.count)
            let scalars = Array(Scalars(bytes))
            for index in 0..<range.count { part.append(scalars[range[index]]) }
        }
        return Text(part, isMarkup: text.isMarkup)
    }
}
