/// HTML by appending; all text that is given is escaped.
struct HTMLText {
    private(set) var text = ""

    /// - Parameter markup: of ours alone.
    mutating func raw(_ markup: String) { text += markup }

    mutating func element(_ name: String, _ content: String, class style: String? = nil) {
        text += "<\(name)\(style.map { " class=\"\($0)\"" } ?? "")>\(Self.escaped(content))</\(name)>\n"
    }

    /// - Parameter columns: what stands above each, and whether it holds numbers.
    mutating func table(
        _ style: String, _ columns: [(heading: String, isNumber: Bool)], _ rows: (inout HTMLTable) -> Void
    ) {
        var table = HTMLTable(columns.map(\.isNumber))
        rows(&table)
        text += "<table class=\"\(style)\">\n<thead><tr>"
        for column in columns {
            text += "<th scope=\"col\"\(HTMLTable.mark(column.isNumber))>\(Self.escaped(column.heading))</th>"
        }
        text += "</tr></thead>\n<tbody>\n\(table.rows)</tbody>\n<tfoot>\n\(table.sums)</tfoot>\n</table>\n"
    }

    /// Nothing that could end a text or an attribute's value; control characters, which HTML has none of, as spaces.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case _ where scalar.properties.generalCategory == .control: escaped += " "
            case _: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// The rows of a table.
struct HTMLTable {
    private let areNumbers: [Bool]
    fileprivate var rows = ""
    fileprivate var sums = ""

    fileprivate init(_ areNumbers: [Bool]) { self.areNumbers = areNumbers }

    mutating func row(_ cells: [String]) { rows += line(cells) }

    /// The row under the line.
    mutating func sum(_ cells: [String]) { sums += line(cells) }

    private func line(_ cells: [String]) -> String {
        let cells = zip(cells, areNumbers).map { "<td\(Self.mark($1))>\(HTMLText.escaped($0))</td>" }
        return "<tr>\(cells.joined())</tr>\n"
    }

    fileprivate static func mark(_ isNumber: Bool) -> String { isNumber ? " class=\"number\"" : "" }
}
