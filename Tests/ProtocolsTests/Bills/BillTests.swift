import Domain
import Foundation
import Generators
import Testing

@testable import Protocols

/// Exports of every format, and what they say; values are invented.
@Suite struct BillTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()

    static let golden: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: tests.appending(path: "Golden").path)
            .filter { !$0.hasSuffix(".bill") }.sorted()) ?? []

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: tests.appending(path: "Golden/" + name), encoding: .utf8)
    }

    private static func format(_ name: String) throws -> BillFormat {
        try #require(BillFormat.allCases.first { name.contains($0.rawValue) })
    }

    @Test(arguments: golden)
    func readsGolden(_ name: String) throws {
        let bill = try BillFormat.read(Array(Self.text(name).utf8), as: try Self.format(name))
        #expect(bill.written == (try Self.text(name + ".bill")))
    }

    @Test func theDocumentsExamplesAreThese() throws {
        let root = Self.tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/reconciliation.md"), encoding: .utf8)
        let examples = Self.golden.filter { $0.hasPrefix("example-") }
        #expect(examples.count >= 9)
        for name in examples {
            #expect(page.contains("\n" + (try Self.text(name)) + "```\n"), "\(name) is not in docs/reconciliation.md")
        }
    }

    @Test(arguments: golden)
    func endsOfLinesAndOrderDoNotMatter(_ name: String) throws {
        let text = try Self.text(name)
        let format = try Self.format(name)
        let plain = try BillFormat.read(Array(text.utf8), as: format)
        let carriage = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\n", with: "\r\n")
        #expect(try BillFormat.read(Array(carriage.utf8), as: format) == plain)
        #expect(
            try BillFormat.read([0xEF, 0xBB, 0xBF] + Array(text.drop { $0 == "\u{FEFF}" }.utf8), as: format) == plain)
    }

    /// Cut anywhere, an export is refused or, at the end of a row or page, read as far as it goes; never more.
    @Test(arguments: golden)
    func cutAnywhereItSaysNoMore(_ name: String) async throws {
        let bytes = Array(try Self.text(name).utf8)
        let format = try Self.format(name)
        let whole = try BillFormat.read(bytes, as: format)
        try await OwnThread.run {
            for end in bytes.indices {
                guard let part = try? BillFormat.read(Array(bytes[..<end]), as: format) else { continue }
                for (place, figures) in part.lines {
                    guard name.hasSuffix(".json") else { continue }
                    #expect((figures[.cost] ?? 0) <= (whole.lines[place]?[.cost] ?? 0), "\(end)")
                }
            }
        }
    }
}

extension Bill {
    /// As the golden files have it.
    fileprivate var written: String {
        var text = days.map { "days \($0.lowerBound) \($0.upperBound)" } ?? "no days"
        text += isCut ? " and more pages\n" : "\n"
        let rows = lines.map { place, figures in
            let amounts = Measure.allCases.compactMap { measure in
                figures[measure].map {
                    "\(measure.rawValue)=\(measure == .cost ? NanoCredits($0).description : String($0))"
                }
            }
            return (["\(place.day)", place.model ?? "-", place.key ?? "-"] + amounts).joined(separator: " ") + "\n"
        }
        return text + rows.sorted().joined()
    }
}
