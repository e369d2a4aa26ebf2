import Admin
import Domain
import FoundationEssentials
import JSON
import Storage

/// A dated list of what providers' models cost, as `config/prices.json`: whole nano-credits per million units.
///
/// A model's row without `effective_from` is its price of today; further ones of it say what it costs from a time on.
struct PriceList: Sendable {
    /// The text is at fault, or there is none. The place is a path and, where known, a row of `models`.
    struct Fault: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    /// As 20261130.
    var date: UInt32
    var rows: [NewPrice]

    /// Where this process looks for its list.
    static func search(_ configuration: Configuration, file: String?) -> [String] {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "tollgate"
        return search(configured: configuration.prices, configurationFile: file, program: program)
    }

    /// Where the list is: as configured; else beside the configuration file, in `config/`, or installed with the
    /// program.
    static func search(configured: String?, configurationFile: String?, program: String) -> [String] {
        if let configured { return [configured] }
        let beside = configurationFile.map { folder(of: $0) + "/prices.json" }
        return [beside, "config/prices.json", folder(of: program) + "/../share/tollgate/prices.json"].compactMap(\.self)
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Reads the first of these files that exists.
    static func load(_ candidates: [String]) throws(Fault) -> PriceList {
        for path in candidates {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            return try PriceList(Array(data), name: path)
        }
        throw Fault(description: "no price list: looked for \(candidates.joined(separator: ", "))")
    }

    /// - Parameter name: what the list is called in faults.
    init(_ bytes: [UInt8], name: String) throws(Fault) {
        guard let root = try? JSONDocument(bytes).root else { throw Fault(description: "\(name): not JSON") }
        let date = root.member("date")?.string.flatMap { UInt32($0.filter { $0 != "-" }) }
        guard let date, let models = root.member("models"), models.kind == .array else {
            throw Fault(description: "\(name): expects a date (2026-11-21) and models")
        }
        self.date = date
        rows = []
        var places: Set<Place> = []
        for (index, model) in models.elements().enumerated() {
            do throws(ControlFault) {
                let row = try NewPrice(rowOf: model)
                guard places.insert(Place(model: row.model, from: row.effectiveFrom)).inserted else {
                    throw ControlFault(.invalidRequest, "the model stands there before, from the same time on")
                }
                rows.append(row)
            } catch {
                let place = error.pointer.map { " at \($0)" } ?? ""
                throw Fault(description: "\(name): models/\(index)\(place): \(error.detail)")
            }
        }
    }

    private struct Place: Hashable {
        var model: PricedModel
        var from: Timestamp?
    }
}

extension NewPrice {
    /// Reads a row of a price list, which may tell what is no price beside.
    fileprivate init(rowOf model: JSONValue) throws(ControlFault) {
        let fields = try Fields(model)
        try fields.allow(Self.fields.union(["context_window"]))
        try self.init(fields)
        guard self.model.organization.isEmpty else {
            throw ControlFault(.invalidRequest, "a list has base prices", at: "/organization")
        }
    }
}
