import Domain

/// CSV after RFC 4180, line ends of either kind, the first row being the names of the columns.
struct CSVRows {
    /// A row's cells by the names of their columns.
    struct Row {
        /// In the file, counted from 1.
        let line: Int
        fileprivate let columns: [String: Int]
        fileprivate let cells: [String]

        func fault(_ message: String) -> BillFault { BillFault(line: line, message) }

        /// Nil where there is no such column, or nothing in it.
        subscript(name: String) -> String? {
            guard let index = columns[name], !cells[index].isEmpty else { return nil }
            return cells[index]
        }

        func text(_ name: String) throws(BillFault) -> String? {
            guard let text = self[name] else { return nil }
            guard text.utf8.count <= BillLimits.nameBytes else {
                throw fault("\(name): expects at most \(BillLimits.nameBytes) bytes")
            }
            return text
        }

        func decimal(_ name: String) throws(BillFault) -> ExactDecimal? {
            guard let text = self[name] else { return nil }
            guard let decimal = ExactDecimal(text) else { throw fault("\(name): expects a decimal number") }
            return decimal
        }

        func count(_ name: String) throws(BillFault) -> Int64? {
            guard let decimal = try decimal(name) else { return nil }
            guard let count = BillLimits.count(decimal) else {
                throw fault("\(name): expects a count: a whole number, not negative")
            }
            return count
        }
    }

    private static let maximumColumns = 500

    let names: Set<String>
    private let columns: [String: Int]
    private var cells: CSVCells

    init(_ bytes: ArraySlice<UInt8>) throws(BillFault) {
        cells = CSVCells(bytes)
        let header = try cells.next()?.cells ?? []
        guard header.count <= Self.maximumColumns else {
            throw BillFault(line: 1, "expects at most \(Self.maximumColumns) columns")
        }
        var columns: [String: Int] = [:]
        for (index, name) in header.enumerated() {
            // Capitals and blanks come from spreadsheets.
            let name = String(name.lowercased().filter { $0 != " " })
            guard columns.updateValue(index, forKey: name) == nil else {
                throw BillFault(line: 1, "expects each column once: column \(index + 1) has an earlier one's name")
            }
        }
        self.columns = columns
        names = Set(columns.keys)
    }

    /// Rows without anything in them are passed over.
    mutating func next() throws(BillFault) -> Row? {
        while let row = try cells.next() {
            if row.cells == [""] { continue }
            guard row.cells.count == columns.count else {
                throw BillFault(line: row.line, "expects \(columns.count) cells, as the first row has")
            }
            return Row(line: row.line, columns: columns, cells: row.cells)
        }
        return nil
    }
}

/// Splits bytes into rows of cells.
private struct CSVCells {
    private var rest: ArraySlice<UInt8>
    private var line = 1

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() throws(BillFault) -> (line: Int, cells: [String])? {
        guard !rest.isEmpty else { return nil }
        let first = line
        var cells: [String] = []
        while true {
            cells.append(try cell())
            guard let byte = rest.first else { break }
            rest.removeFirst()
            if byte == UInt8(ascii: ",") { continue }
            line += 1
            break
        }
        return (first, cells)
    }

    /// Up to the comma or the line feed that ends it, which stays; a carriage return before a line feed goes.
    private mutating func cell() throws(BillFault) -> String {
        var bytes: [UInt8] = []
        if rest.first == UInt8(ascii: "\"") { bytes = try quoted() }
        let plain = rest.prefix { $0 != UInt8(ascii: ",") && $0 != 0x0A }
        rest = rest[plain.endIndex...]
        let endsRow = rest.first != UInt8(ascii: ",")
        bytes += endsRow && plain.last == 0x0D ? plain.dropLast() : plain
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw BillFault(line: line, "expects UTF-8")
        }
        return text
    }

    private mutating func quoted() throws(BillFault) -> [UInt8] {
        let first = line
        var bytes: [UInt8] = []
        rest.removeFirst()
        while let byte = rest.popFirst() {
            if byte == 0x0A { line += 1 }
            guard byte == UInt8(ascii: "\"") else {
                bytes.append(byte)
                continue
            }
            // Two of them are one that is meant.
            guard rest.first == UInt8(ascii: "\"") else { return bytes }
            rest.removeFirst()
            bytes.append(byte)
        }
        throw BillFault(line: first, "expects the quote to be closed")
    }
}
