import JSON

extension RenderContext {
    /// Appends Python's `str()`. An undefined value is a fault when strict and nothing when lenient.
    ///
    /// What has no text but an address in Python (a macro, a method, an iterator) is a fault.
    func write(_ value: Value, to output: inout [UInt8]) throws(RenderFault) {
        switch value {
        case .string(let text): output.append(contentsOf: text.bytes)
        case .int(let number): output.append(decimal: number)
        case .input(let node):
            switch inputKind(node) {
            case .string:
                if let text = plainInputText(node) {
                    output.append(contentsOf: text)
                } else {
                    output.append(contentsOf: inputText(node))
                }
            case .number: writeInputNumber(node, to: &output)
            case .bool, .null, .array, .object: try writeRepr(value, to: &output)
            }
        case .undefined(let undefined): if !isLenient(undefined) { throw undefined.fault }
        case .none, .bool, .float, .list, .tuple, .dict, .range, .object, .rare: try writeRepr(value, to: &output)
        }
    }

    /// Appends Python's `repr()`.
    func writeRepr(_ value: Value, to output: inout [UInt8]) throws(RenderFault) {
        try writeRepr(value, to: &output, depth: 0)
    }

    /// Python's `str()` of a value, paid for. A string stays what it is, marked or not.
    func text(of value: Value) throws(RenderFault) -> Text {
        switch value {
        case .string(let text): return text
        case .input(let node) where inputKind(node) == .string:
            let text = Text(inputText(node))
            // What the copy owes is asked for at once: callers hold many of them.
            try spend(steps: 0)
            return text
        case _:
            var bytes: [UInt8] = []
            try write(value, to: &bytes)
            try spend(bytes: bytes.count)
            return Text(bytes)
        }
    }

    func repr(of value: Value) throws(RenderFault) -> Text {
        var bytes: [UInt8] = []
        try writeRepr(value, to: &bytes)
        try spend(bytes: bytes.count)
        return Text(bytes)
    }

    /// - Parameter depth: how many values this one is within.
    func writeRepr(_ value: Value, to output: inout [UInt8], depth: Int) throws(RenderFault) {
        switch value {
        case .undefined:
            // Jinja2 gives every undefined value the same repr, strict or not.
            output.append("Undefined")
        case .none: output.append("None")
        case .bool(let bool): output.append(bool ? "True" : "False")
        case .int(let number): output.append(decimal: number)
        case .float(let number): appendFloat(number, to: &output)
        case .string(let text):
            try spend(bytes: text.bytes.count)
            if text.isMarkup { output.append("Markup(") }
            appendRepr(of: text.bytes[...], to: &output)
            if text.isMarkup { output.append(")") }
        case .list(let values): try writeSequence(ValueElements(values), "[", "]", to: &output, depth: depth)
        case .tuple(let values):
            try writeSequence(ValueElements(values), "(", values.count == 1 ? ",)" : ")", to: &output, depth: depth)
        case .rare(.group(let key, let members)):
            try writeSequence(ValueElements([key, members]), "(", ")", to: &output, depth: depth)
        case .dict(let dict):
            try writeDict(
                ValueElements(dict.keys), ValueElements(dict.values), to: &output, depth: depth)
        case .range(let range):
            output.append("range(")
            output.append(decimal: range.start)
            output.append(", ")
            output.append(decimal: range.stop)
            if range.step != 1 {
                output.append(", ")
                output.append(decimal: range.step)
            }
            output.append(")")
        case .rare(.view(let view, _)):
            output.append("dict_\(view.rawValue)(")
            try writeSequence(elements(of: value), "[", "]", to: &output, depth: depth)
            output.append(")")
        case .object(let object):
            guard try objects?.writeRepr(of: object, to: &output, depth: depth) == true else {
                throw .notPrintable(typeName(of: value))
            }
        case .rare(.iterator), .rare(.method): throw .notPrintable(typeName(of: value))
        case .input(let node): try writeInputRepr(node, value, to: &output, depth: depth)
        }
    }

    private func writeInputRepr(
        _ node: Int, _ value: Value, to output: inout [UInt8], depth: Int
    ) throws(RenderFault) {
        switch inputKind(node) {
        case .null: output.append("None")
        case .bool: output.append(inputBytes(node).count == 4 ? "True" : "False")
        case .number:
            try spend(reading: inputBytes(node).count)
            if inputBytes(node).count >= 64 { try spend(bytes: inputBytes(node).count) }
            writeInputNumber(node, to: &output)
        case .string:
            try spend(bytes: inputBytes(node).count)
            if let text = plainInputText(node) {
                appendRepr(of: text, to: &output)
            } else {
                appendRepr(of: inputText(node)[...], to: &output)
            }
        case .array: try writeSequence(elements(of: value), "[", "]", to: &output, depth: depth)
        case .object:
            try writeDict(
                elements(of: value), elements(of: .rare(.view(.values, of: value))), to: &output, depth: depth)
        }
    }

    private func writeSequence(
        _ elements: ValueElements, _ opening: StaticString, _ closing: StaticString, to output: inout [UInt8],
        depth: Int
    ) throws(RenderFault) {
        guard depth < limits.depth else { throw .tooDeep(limits.depth) }
        try spend(steps: elements.count)
        output.append(opening)
        for index in 0..<elements.count {
            if index > 0 { output.append(", ") }
            try writeRepr(elements[index], to: &output, depth: depth + 1)
        }
        output.append(closing)
    }

    private func writeDict(
        _ keys: ValueElements, _ values: ValueElements, to output: inout [UInt8], depth: Int
    ) throws(RenderFault) {
        guard depth < limits.depth else { throw .tooDeep(limits.depth) }
        try spend(steps: keys.count)
        output.append("{")
        for index in 0..<keys.count {
            if index > 0 { output.append(", ") }
            try writeRepr(keys[index], to: &output, depth: depth + 1)
            output.append(": ")
            try writeRepr(values[index], to: &output, depth: depth + 1)
        }
        output.append("}")
    }

    /// A number as Python prints what its `json` read.
    private func writeInputNumber(_ node: Int, to output: inout [UInt8]) {
        let bytes = inputBytes(node)
        if bytes.count <= 16, isPrintedAsWritten(bytes) {
            output.append(contentsOf: bytes)
        } else if case .float(let number) = plain(.input(node)) {
            appendFloat(number, to: &output)
        } else if bytes.elementsEqual("-0".utf8) {
            output.append("0")
        } else {
            output.append(contentsOf: bytes)
        }
    }

    /// Whether a decimal of at most 15 digits is its own shortest spelling: no exponent, no zero at its end, not tiny.
    private func isPrintedAsWritten(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let point = bytes.firstIndex(of: UInt8(ascii: ".")) else {
            // An integer, or one with an exponent.
            return bytes.allSatisfy { (48...57).contains($0) }
        }
        let fraction = bytes[(point + 1)...]
        guard fraction.allSatisfy({ (48...57).contains($0) }) else { return false }
        if fraction.last == 48, fraction.count > 1 { return false }
        // 0.0000…: an exponent from 1e-05 on.
        return bytes.first != 48 || fraction.first != 48 || fraction.count == 1
    }
}
