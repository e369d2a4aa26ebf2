import Foundation
import Testing

/// Who may import whom, read off the sources: the house stays as `docs/architecture.md` draws it.
@Suite struct ArrowsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every target of ours, and which of ours it may import.
    private static let allowed: [String: Set<String>] = [
        "JSON": ["CSimdjson"],
        "Domain": [],
        "Measures": [],
        "Edge": ["Domain"],
        "Prompting": ["CRE2", "Domain", "JSON"],
        "Protocols": ["Domain", "JSON"],
        "Storage": ["CLMDB", "Domain", "Measures", "Security"],
        "Transport": ["CCurl"],
        "Security": ["COpenSSL", "Domain"],
        "Gateway": [
            "Domain", "Edge", "JSON", "Measures", "Prompting", "Protocols", "Storage", "Transport", "Security",
        ],
        "Admin": ["Domain", "Edge", "JSON", "Prompting", "Protocols", "Storage", "Security"],
        "Simulator": ["JSON"],
        "tollgate": [
            "Domain", "Edge", "JSON", "Measures", "Protocols", "Storage", "Transport", "Security", "Gateway", "Admin",
            "Simulator",
        ],
    ]

    /// Modules of others that only some may use.
    private static let restricted: [String: Set<String>] = [
        "Hummingbird": ["Admin"],
        "HummingbirdHTTP2": ["Admin"],
        "HummingbirdTLS": ["Admin"],
        "ArgumentParser": ["tollgate"],
        "Yams": ["tollgate"],
        "NIOCore": ["Edge", "Gateway", "Admin", "Simulator", "tollgate"],
        "NIOPosix": ["Gateway", "Admin", "Simulator", "tollgate"],
        "NIOHTTP1": ["Edge", "Gateway", "Simulator"],
        "NIOHTTP2": ["Gateway", "Admin"],
        "NIOSSL": ["Gateway", "Admin", "tollgate"],
        "Logging": ["Gateway", "Admin", "Simulator", "tollgate"],
        "Foundation": ["Admin", "Simulator", "tollgate"],
        "FoundationNetworking": [],
    ]

    private static func imports() throws -> [(target: String, file: String, module: String)] {
        let sources = root.appending(path: "Sources")
        var found: [(String, String, String)] = []
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let parts = file.pathComponents.dropFirst(sources.pathComponents.count)
            guard let target = parts.first else { continue }
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ").drop { $0.hasPrefix("@") || $0 == "package" || $0 == "internal" }
                guard words.first == "import", let module = words.last else { continue }
                found.append(
                    (target, file.lastPathComponent, module.split(separator: ".").first.map(String.init) ?? ""))
            }
        }
        return found
    }

    @Test func arrowsRunOneWay() throws {
        let imports = try Self.imports()
        #expect(imports.count > 100, "the sources were not found")
        for (target, file, module) in imports {
            let allowed = try #require(Self.allowed[target], "\(target) is not in the house's plan")
            if Self.allowed[module] != nil || ["CCurl", "CLMDB", "COpenSSL", "CSimdjson", "CRE2"].contains(module) {
                #expect(allowed.contains(module), "\(target)/\(file) imports \(module)")
            }
            if let users = Self.restricted[module] {
                #expect(users.contains(target), "\(target)/\(file) imports \(module)")
            }
        }
    }

    @Test func everyCModuleHasOneImporter() throws {
        for module in ["CCurl", "CLMDB", "COpenSSL", "CRE2", "CSimdjson"] {
            let importers = Set(try Self.imports().filter { $0.module == module }.map(\.target))
            #expect(importers.count == 1, "\(module) is imported by \(importers.sorted())")
        }
    }

    /// Log messages are constant, so that they can be counted and searched for; what varies is metadata.
    @Test func logMessagesAreConstant() throws {
        let call = try Regex(#"ogger\.(trace|debug|info|notice|warning|error|critical|log)\(\s*"#)
        var count = 0
        let files = FileManager.default.enumerator(
            at: Self.root.appending(path: "Sources"), includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: call) {
                count += 1
                // After a level, where there is one, comes the message.
                let rest = text[match.range.upperBound...].prefix(400)
                let message = rest.drop { $0 != "\"" }.dropFirst().prefix { $0 != "\"" }
                let isLevelled = rest.hasPrefix("level:")
                #expect(isLevelled || rest.hasPrefix("\""), "\(file.lastPathComponent): \(rest.prefix(80))")
                #expect(!message.isEmpty && !message.contains("\\"), "\(file.lastPathComponent): \(message)")
            }
        }
        #expect(count > 10, "the calls were not found")
    }
}
