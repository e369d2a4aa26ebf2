/// Rows in aligned columns, for people.
struct TextTable {
    enum Alignment { case left, right }

    struct Column {
        var heading: String
        var alignment = Alignment.left

        init(_ heading: String, _ alignment: Alignment = .left) {
            self.heading = heading
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// A cell that is missing is empty; line ends and other control characters show as spaces.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? Self.oneLine(cells[$0]) : "" })
    }

    /// The lines, headings first, without white space at their ends.
    var text: String {
        let lines = [columns.map { $0.heading.uppercased() }] + rows
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = columns.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - line[column].count)
                return columns[column].alignment == .left ? line[column] + padding : padding + line[column]
            }
            let text = cells.joined(separator: "  ")
            return (text.lastIndex { $0 != " " }.map { String(text[...$0]) } ?? "") + "\n"
        }.joined()
    }

    private static func oneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
