import JSON

/// Reading the nodes of the input: what `Value.input` stands for.
extension RenderContext {
    /// Nodes come from the tape alone: where there is one to read, there is a tape.
    @inline(__always) var tape: JSONTape { input! }

    func plain(_ value: Value) -> Value {
        guard case .input(let node) = value else { return value }
        switch inputKind(node) {
        case .string: return .string(Text(inputText(node)))
        case .number: return inputNumber(node)
        case .bool: return .bool(inputByte(node) == UInt8(ascii: "t"))
        case .null: return .none
        case .object, .array: return value
        }
    }

    /// The bytes of a node as they stand in the document; a string's with its quotes.
    @inline(__always) func inputBytes(_ node: Int) -> ArraySlice<UInt8> {
        let place = tape.nodes[node]
        return tape.document[Int(place.start)..<Int(place.end)]
    }

    @inline(__always) private func inputByte(_ node: Int) -> UInt8 { tape.document[Int(tape.nodes[node].start)] }

    @inline(__always) func inputKind(_ node: Int) -> JSONValue.Kind { tape.nodes[node].kind }

    /// What stands between a string's quotes where it holds no escape; nil where it does.
    @inline(__always) func plainInputText(_ node: Int) -> ArraySlice<UInt8>? {
        let place = tape.nodes[node]
        return place.isPlain ? tape.document[Int(place.start) + 1..<Int(place.end) - 1] : nil
    }

    /// The text of a string node, escapes decoded.
    func inputText(_ node: Int) -> [UInt8] {
        charge(copying: inputBytes(node).count)
        if let text = plainInputText(node) { return Array(text) }
        return tape.value(node).decodedBytes ?? []
    }

    func inputText(_ node: Int, equals bytes: some Collection<UInt8>) -> Bool {
        if let text = plainInputText(node) { return text.elementsEqual(bytes) }
        charge(reading: inputBytes(node).count)
        return tape.value(node).decodedBytes?.elementsEqual(bytes) ?? bytes.isEmpty
    }

    // MARK: - Numbers

    /// As Python's `json` reads it: digits alone are an integer, and `-0` is 0; one beyond 64 bits stays a node.
    private func inputNumber(_ node: Int) -> Value {
        let bytes = inputBytes(node)
        charge(reading: bytes.count)
        var mantissa = 0
        var isMantissaExact = true
        var digitsAfterPoint: Int?
        let isNegative = bytes.first == UInt8(ascii: "-")
        for byte in isNegative ? bytes.dropFirst() : bytes {
            switch byte {
            case 48...57:
                let (tens, overflows) = mantissa.multipliedReportingOverflow(by: 10)
                let (sum, overflowsToo) = tens.subtractingReportingOverflow(Int(byte) - 48)
                if overflows || overflowsToo { isMantissaExact = false }
                mantissa = isMantissaExact ? sum : 0
                digitsAfterPoint = digitsAfterPoint.map { $0 + 1 }
            case UInt8(ascii: "."):
                digitsAfterPoint = 0
            case _:
                return .float(slowDouble(bytes))
            }
        }
        guard let digitsAfterPoint else {
            // Kept negative above, where there is one number more.
            if !isMantissaExact || !isNegative && mantissa == .min { return .input(node) }
            return .int(isNegative ? mantissa : -mantissa)
        }
        // Both are exact as doubles, so their quotient is the double nearest to the decimal.
        guard isMantissaExact, mantissa > -(1 << 53), digitsAfterPoint < Self.powersOfTen.count else {
            return .float(slowDouble(bytes))
        }
        let value = Double(mantissa.magnitude) / Self.powersOfTen[digitsAfterPoint]
        return .float(isNegative ? -value : value)
    }

    private func slowDouble(_ bytes: ArraySlice<UInt8>) -> Double {
        Double(String(decoding: bytes, as: UTF8.self)) ?? .infinity
    }

    /// Those that a double holds exactly.
    private static let powersOfTen: [Double] = (0...22).map { power in
        (0..<power).reduce(1.0) { value, _ in value * 10 }
    }

    // MARK: - Containers

    /// The nodes of an array's elements.
    func inputElements(_ node: Int) -> [Int] {
        let place = tape.nodes[node]
        charge(reading: 8 * Int(place.count))
        var nodes: [Int] = []
        nodes.reserveCapacity(Int(place.count))
        var child = node + 1
        for _ in 0..<place.count {
            nodes.append(child)
            child = Int(tape.nodes[child].next)
        }
        return nodes
    }

    /// The nodes of an object's keys, each followed by its value's; of a member that stands twice only the first.
    func inputKeys(_ node: Int) -> [Int] {
        let place = tape.nodes[node]
        charge(reading: 8 * Int(place.count))
        var nodes: [Int] = []
        nodes.reserveCapacity(Int(place.count))
        var known: Set<[UInt8]> = []
        let isLarge = place.count > 16
        var key = node + 1
        for _ in 0..<place.count {
            let isNew =
                isLarge ? known.insert(inputText(key)).inserted : !nodes.contains { sameInputText($0, key) }
            if isNew { nodes.append(key) }
            key = Int(tape.nodes[key + 1].next)
        }
        return nodes
    }

    private func sameInputText(_ a: Int, _ b: Int) -> Bool {
        if let a = plainInputText(a), let b = plainInputText(b) {
            guard a.count == b.count else { return false }
            charge(reading: a.count)
            return a == b
        }
        return inputText(a) == inputText(b)
    }

    /// The node of the value of an object's member.
    func inputMember(_ node: Int, _ name: some Collection<UInt8>) throws(RenderFault) -> Int? {
        let count = tape.nodes[node].count
        try spend(steps: Int(count >> 3))
        try spend(reading: name.count >= 64 ? name.count * Int(count) : 0)
        var key = node + 1
        for _ in 0..<count {
            if inputText(key, equals: name) { return key + 1 }
            key = Int(tape.nodes[key + 1].next)
        }
        return nil
    }
}
