/// `pprint`: Python's `pprint.pformat`, 80 columns wide, dicts sorted.
struct PrettyPrinter {
    private let context: RenderContext
    private var output: [UInt8] = []

    private init(context: RenderContext) { self.context = context }

    static func filter(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("pprint")
        var printer = PrettyPrinter(context: context)
        try printer.format(value, indentation: 0, allowance: 0, level: 0)
        try context.spend(bytes: printer.output.count)
        return .string(printer.output)
    }

    private static let width = 80

    /// - Parameter allowance: columns that what follows on the last line takes.
    private mutating func format(
        _ value: Value, indentation: Int, allowance: Int, level: Int
    ) throws(RenderFault) {
        guard level < context.limits.depth else { throw .tooDeep(context.limits.depth) }
        try context.spend()
        let line = try repr(value, depth: level)
        if line.scalarCount > Self.width - indentation - allowance {
            if context.isDict(value) { return try formatDict(value, indentation, allowance, level + 1) }
            if let elements = context.listElements(value) {
                output.append("[")
                try formatItems(elements, indentation, allowance + 1, level + 1)
                return output.append("]")
            }
            if case .tuple(let values) = value {
                output.append("(")
                let closing: StaticString = values.count == 1 ? ",)" : ")"
                try formatItems(
                    ValueElements(values), indentation, allowance + closing.utf8CodeUnitCount, level + 1)
                return output.append(closing)
            }
            if case .string(let text) = context.plain(value), !text.isMarkup, !text.bytes.isEmpty {
                return try formatString(text, line, indentation, allowance, level + 1)
            }
        }
        output += line
    }

    private mutating func formatDict(
        _ value: Value, _ indentation: Int, _ allowance: Int, _ level: Int
    ) throws(RenderFault) {
        output.append("{")
        let entries = try sortedEntries(value)
        for (index, entry) in entries.enumerated() {
            let key = try repr(entry.key, depth: level)
            output += key
            output.append(": ")
            try format(
                entry.value, indentation: indentation + 1 + key.scalarCount + 2,
                allowance: index == entries.count - 1 ? allowance + 1 : 1, level: level)
            if index < entries.count - 1 { try breakLine(indentation + 1, comma: true) }
        }
        output.append("}")
    }

    private mutating func formatItems(
        _ elements: ValueElements, _ indentation: Int, _ allowance: Int, _ level: Int
    ) throws(RenderFault) {
        for index in 0..<elements.count {
            if index > 0 { try breakLine(indentation + 1, comma: true) }
            try format(
                elements[index], indentation: indentation + 1,
                allowance: index == elements.count - 1 ? allowance : 1, level: level)
        }
    }

    private mutating func breakLine(_ indentation: Int, comma: Bool = false) throws(RenderFault) {
        try context.spend(bytes: indentation)
        if comma { output.append(",") }
        output.append("\n")
        output.append(repeating: 0x20, count: indentation)
    }

    /// A long string: its lines, and of those too long their words, as literals beneath each other.
    private mutating func formatString(
        _ text: Text, _ whole: [UInt8], _ indentation: Int, _ allowance: Int, _ level: Int
    ) throws(RenderFault) {
        let isOutermost = level == 1
        let indentation = indentation + (isOutermost ? 1 : 0)
        let allowance = allowance + (isOutermost ? 1 : 0)
        let room = Self.width - indentation
        let lines = try context.lines(of: text.bytes, keepingEnds: true)
        var chunks: [[UInt8]] = []
        var last: [UInt8] = whole
        for (number, line) in lines.enumerated() {
            let isLastLine = number == lines.count - 1
            last = literal(line)
            if last.scalarCount <= room - (isLastLine ? allowance : 0) {
                chunks.append(last)
                continue
            }
            let parts = try words(of: line)
            var start = line.startIndex
            var end = start
            for (place, part) in parts.enumerated() {
                let limit = room - (isLastLine && place == parts.count - 1 ? allowance : 0)
                if literal(line[start..<part.endIndex]).scalarCount > limit {
                    if start < end { chunks.append(literal(line[start..<end])) }
                    start = part.startIndex
                }
                end = part.endIndex
            }
            if start < end { chunks.append(literal(line[start..<end])) }
        }
        // Python writes the last line here, which with a single chunk is all there is.
        if chunks.count == 1 { return output += last }
        if isOutermost { output.append("(") }
        for (number, chunk) in chunks.enumerated() {
            if number > 0 { try breakLine(indentation) }
            output += chunk
        }
        if isOutermost { output.append(")") }
    }

    private func literal(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        appendRepr(of: text, to: &bytes)
        return bytes
    }

    /// Words, each with the white space behind it.
    private func words(of line: ArraySlice<UInt8>) throws(RenderFault) -> [ArraySlice<UInt8>] {
        var words: [ArraySlice<UInt8>] = []
        var scalars = Scalars(line)
        var start = line.startIndex
        var end = start
        var isInSpace = false
        while let scalar = scalars.next() {
            if isInSpace, !scalar.isPythonSpace {
                try context.spend()
                words.append(line[start..<end])
                start = end
            }
            isInSpace = scalar.isPythonSpace
            end = scalars.position
        }
        if start < line.endIndex { words.append(line[start...]) }
        return words
    }

    // MARK: - One line

    /// `repr`, with dicts sorted.
    private func repr(_ value: Value, depth: Int) throws(RenderFault) -> [UInt8] {
        var bytes: [UInt8] = []
        try appendSortedRepr(value, to: &bytes, depth: depth)
        return bytes
    }

    private func appendSortedRepr(_ value: Value, to bytes: inout [UInt8], depth: Int) throws(RenderFault) {
        guard depth < context.limits.depth else { throw .tooDeep(context.limits.depth) }
        if context.isDict(value) {
            bytes.append("{")
            for (index, entry) in try sortedEntries(value).enumerated() {
                try context.spend()
                if index > 0 { bytes.append(", ") }
                try appendSortedRepr(entry.key, to: &bytes, depth: depth + 1)
                bytes.append(": ")
                try appendSortedRepr(entry.value, to: &bytes, depth: depth + 1)
            }
            return bytes.append("}")
        }
        if let elements = context.listElements(value) {
            bytes.append("[")
            try append(elements, to: &bytes, depth: depth)
            return bytes.append("]")
        }
        if case .tuple(let values) = value {
            bytes.append("(")
            try append(ValueElements(values), to: &bytes, depth: depth)
            return bytes.append(values.count == 1 ? ",)" : ")")
        }
        try context.writeRepr(value, to: &bytes)
    }

    private func append(_ elements: ValueElements, to bytes: inout [UInt8], depth: Int) throws(RenderFault) {
        for index in 0..<elements.count {
            try context.spend()
            if index > 0 { bytes.append(", ") }
            try appendSortedRepr(elements[index], to: &bytes, depth: depth + 1)
        }
    }

    /// By key; keys that Python cannot order are ordered by their types' names.
    private func sortedEntries(_ dict: Value) throws(RenderFault) -> [(key: Value, value: Value)] {
        let keys = try context.elements(of: dict)
        let values = try context.elements(of: .rare(.view(.values, of: dict)))
        let order = try SortingFilters.order(of: keys.count, isReversed: false) { a, b throws(RenderFault) in
            try context.spend()
            do throws(RenderFault) {
                return try context.isLess(keys[a], keys[b])
            } catch {
                guard error.kind == .type else { throw error }
                return context.typeName(of: keys[a]) < context.typeName(of: keys[b])
            }
        }
        return order.map { (keys[$0], values[$0]) }
    }
}
