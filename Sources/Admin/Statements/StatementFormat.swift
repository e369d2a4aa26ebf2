import Domain
import HTTPTypes

/// How a statement is written.
enum StatementFormat: String, CaseIterable {
    case json, csv, html

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8; header=present"
        case .html: "text/html; charset=utf-8"
        }
    }

    /// As `format` says, else what `Accept` likes best, else JSON.
    static func asked(_ call: AdminCall) throws(ControlFault) -> Self {
        guard let name = call.query["format"] else { return accepted(call.headers[.accept] ?? "") }
        guard let format = Self(rawValue: name) else {
            throw .invalid("format must be \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return format
    }

    /// The first of those with the greatest `q` (RFC 9110, 12.5.1); what is none of ours is passed over.
    static func accepted(_ header: String) -> Self {
        var best: (format: Self, quality: Double)?
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }
            guard let type = parts.first, let format = Self.named(type) else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > 0, weight > best?.quality ?? 0 { best = (format, weight) }
        }
        return best?.format ?? .json
    }

    private static func named(_ type: String) -> Self? {
        switch type {
        case "application/json", "application/*", "*/*": .json
        case "text/csv": .csv
        case "text/html", "text/*": .html
        case _: nil
        }
    }
}
