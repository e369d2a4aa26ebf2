import JSON

extension Template {
    /// The most bytes that a rendered prompt may have, unless its caller says otherwise: 8 MiB.
    package static let defaultMaximumBytes = 8 << 20

    /// Appends the text with its variables filled in.
    ///
    /// Values print as in Jinja2: a string as its text, a number as it was written, `True`, `False`, `None`; objects
    /// and arrays as JSON without white space. Of a member that stands twice in an object the first counts.
    /// When it throws, `output` may hold a part of the text.
    ///
    /// - Parameters:
    ///   - input: an object; without one every variable is missing.
    ///   - maximumBytes: the most bytes that `output` may come to, what it held before included.
    package func render(
        input: JSONValue?, into output: inout [UInt8], maximumBytes: Int = Template.defaultMaximumBytes
    ) throws(RenderFault) {
        var values: [JSONValue] = []
        values.reserveCapacity(paths.count)
        for path in paths {
            guard let value = input?.value(at: path) else { throw .missingVariable(path: path.text) }
            values.append(value)
        }
        let size = pieces.reduce(output.count) { size, piece in
            switch piece {
            case .text(let range): size + range.count
            case .variable(let number): size + min(values[number].range.count, maximumBytes)
            }
        }
        output.reserveCapacity(min(size, maximumBytes))
        for piece in pieces {
            switch piece {
            case .text(let range):
                guard range.count <= maximumBytes - output.count else {
                    throw .outputTooLarge(maximumBytes: maximumBytes)
                }
                output.append(contentsOf: source[range])
            case .variable(let number):
                values[number].print(to: &output)
                guard output.count <= maximumBytes else { throw .outputTooLarge(maximumBytes: maximumBytes) }
            }
        }
    }
}

extension JSONValue {
    /// The value that a path leads to: names through objects, numbers through arrays.
    func value(at path: VariablePath) -> JSONValue? {
        guard kind == .object else { return nil }
        var value = self
        for segment in path.segments {
            switch value.kind {
            case .object:
                guard let member = value.member(segment.name) else { return nil }
                value = member
            case .array:
                guard let index = segment.index else { return nil }
                let elements = value.elements()
                guard elements.indices.contains(index) else { return nil }
                value = elements[index]
            case .string, .number, .bool, .null:
                return nil
            }
        }
        return value
    }

    /// Appends what Jinja2 would print.
    fileprivate func print(to output: inout [UInt8]) {
        switch kind {
        case .string: output.append(contentsOf: decodedBytes ?? [])
        case .number: output.append(contentsOf: raw)
        case .bool: output.append(contentsOf: (bool == true ? "True" : "False").utf8)
        case .null: output.append(contentsOf: "None".utf8)
        case .object, .array: appendCompact(to: &output)
        }
    }

    /// Appends the JSON text without the white space between its tokens.
    private func appendCompact(to output: inout [UInt8]) {
        var isInString = false
        var isEscaped = false
        for byte in raw {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte <= 0x20 {
                // Outside a string, a checked document holds no control character but white space.
                continue
            }
            output.append(byte)
        }
    }
}
