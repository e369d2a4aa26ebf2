import JSON

/// What instructions do that is not a matter of one call.
extension Machine {
    /// `value.name`; the quick ways first.
    @inline(__always)
    func attribute(_ value: Value, _ site: AttributeSite) throws(RenderFault) -> Value {
        switch value {
        case .input(let node) where site.isKey:
            if let member = try member(site.bytes, of: node) { return .input(member) }
        case .object(let id):
            if let field = site.loopField, case .loop(let loop) = objects[id.index] {
                return try loop.value(of: field, self, id)
            }
        case _: break
        }
        return try context.attribute(value, site.name, path: site.path)
    }

    /// Appends Python's `str()` of a value.
    @inline(__always)
    func write(_ value: Value, to output: inout [UInt8], atMost limit: Int) throws(RenderFault) {
        if case .input(let node) = value, nodes[node].isPlain {
            output.append(contentsOf: document[Int(nodes[node].start) + 1..<Int(nodes[node].end) - 1])
        } else {
            try context.write(value, to: &output)
        }
        if output.count > limit { throw tooMuchOutput() }
    }

    func tooMuchOutput() -> RenderFault { .outputTooLarge(maximumBytes: context.limits.outputBytes) }

    /// Jinja2 joins what a filter or a call block gives to the output without making a string of it.
    func misfit(_ value: Value) -> RenderFault? {
        context.isString(value) ? nil : RenderFault(.type, "expected a string, got \(context.typeName(of: value))")
    }

    /// Makes a string of the output from a place on, and takes it away there.
    func take(outputFrom start: Int, of output: inout [UInt8]) throws(RenderFault) -> Value {
        try context.spend(bytes: output.count - start)
        let text = Text(output[start...])
        output.removeLast(output.count - start)
        return .string(text)
    }

    func take(_ count: Int, from stack: inout [Value]) throws(RenderFault) -> [Value] {
        try context.spend(bytes: 16 * count)
        let values = Array(stack[(stack.count - count)...])
        stack.removeLast(count)
        return values
    }

    func dict(of count: Int, from stack: inout [Value]) throws(RenderFault) -> Dict {
        let entries = stack.count - 2 * count
        var keys: [Value] = []
        var values: [Value] = []
        keys.reserveCapacity(count)
        values.reserveCapacity(count)
        for index in 0..<count {
            keys.append(stack[entries + 2 * index])
            values.append(stack[entries + 2 * index + 1])
        }
        stack.removeLast(2 * count)
        return try context.makeDict(keys: keys, values: values)
    }

    /// `a ~ b ~ c`
    func concatenate(_ count: Int, from stack: inout [Value]) throws(RenderFault) -> Value {
        var bytes: [UInt8] = []
        for index in stack.count - count..<stack.count {
            let start = bytes.count
            try context.write(stack[index], to: &bytes)
            try context.spend(bytes: bytes.count - start)
        }
        stack.removeLast(count)
        return .string(Text(bytes))
    }

    func slice(_ parts: Instruction.SliceParts, _ stack: inout [Value]) throws(RenderFault) {
        let step = parts.contains(.step) ? stack.popLast() : nil
        let stop = parts.contains(.stop) ? stack.popLast() : nil
        let start = parts.contains(.start) ? stack.popLast() : nil
        let value = stack.removeLast()
        stack.append(keeping(try context.slice(value, start: start, stop: stop, step: step)))
    }

    // MARK: - Assignment

    func namespace(_ value: Value) throws(RenderFault) -> NamespaceValue {
        guard case .object(let id) = value, case .namespace(let namespace) = objects[id.index] else {
            throw RenderFault(.runtime, "cannot assign attribute on non-namespace object")
        }
        return namespace
    }

    func assign(_ value: Value, to target: Assignment, in activation: Activation) throws(RenderFault) {
        switch target {
        case .slot(let slot): activation.slots[slot] = value
        case .attribute(let name, let attribute):
            let namespace = try namespace(self.value(of: name, in: activation))
            if namespace.set(attribute, value) { try context.spend(bytes: 64 + attribute.bytes.count) }
        case .tuple(let parts):
            if case .tuple(let values) = value, values.count == parts.count {
                for (part, value) in zip(parts, values) { try assign(value, to: part, in: activation) }
                return
            }
            let elements = try unpacked(value)
            guard elements.count >= parts.count else {
                throw RenderFault(
                    .value, "not enough values to unpack (expected \(parts.count), got \(elements.count))")
            }
            guard elements.count == parts.count else {
                throw RenderFault(.value, "too many values to unpack (expected \(parts.count))")
            }
            for (index, part) in parts.enumerated() { try assign(elements[index], to: part, in: activation) }
        }
    }

    private func unpacked(_ value: Value) throws(RenderFault) -> ValueElements {
        if case .undefined = value { return try context.elements(of: value) }
        guard context.isIterable(value) else {
            throw RenderFault(.type, "cannot unpack non-iterable \(context.typeName(of: value)) object")
        }
        return try context.elements(of: value)
    }

    /// The value that was assigned to a target, put together again.
    func assigned(_ target: Assignment, in activation: Activation) -> Value {
        switch target {
        case .slot(let slot): activation.slots[slot]
        case .tuple(let parts): .tuple(parts.map { assigned($0, in: activation) })
        case .attribute: .none
        }
    }
}
