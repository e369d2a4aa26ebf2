import JSON

/// What the checks found, in their order.
struct Diagnosis: Sendable {
    /// Every check that looks at a configuration that loads.
    static let checks: [any Check.Type] = [
        FolderCheck.self, ProcessCheck.self, PortsCheck.self, MasterKeyCheck.self, StoreCheck.self,
        ProviderKeysCheck.self, PricesCheck.self, PriceListCheck.self, ProvidersCheck.self, CertificatesCheck.self,
        ClockCheck.self, DiskCheck.self, MapCheck.self, DescriptorsCheck.self,
    ]

    private(set) var findings: [(check: String, finding: Finding)] = []

    var isHealthy: Bool { !findings.contains { $0.finding.level == .error } }

    init(_ patient: Patient) {
        add(ConfigurationCheck.name, ConfigurationCheck.run(patient))
        for check in Self.checks { add(check.name, check.run(patient)) }
    }

    /// Of a configuration that does not load: there is nothing else to go by.
    init(_ faults: ConfigurationFaults, environment: [String: String]) {
        add(ConfigurationCheck.name, ConfigurationCheck.findings(faults, environment: environment))
    }

    private mutating func add(_ check: String, _ found: [Finding]) { findings += found.map { (check, $0) } }

    /// For people: a line a finding, how to mend it below.
    var text: String {
        let width = findings.map(\.check.count).max() ?? 0
        let lines = findings.map { check, finding in
            let head = Self.padded(finding.level.rawValue, 7) + "  " + Self.padded(check, width) + "  " + finding.what
            return finding.mend.isEmpty ? head : head + "\n" + Self.padded("", width + 11) + "-> " + finding.mend
        }
        let errors = findings.count { $0.finding.level == .error }
        let warnings = findings.count { $0.finding.level == .warning }
        return lines.joined(separator: "\n") + "\n\(errors) errors, \(warnings) warnings\n"
    }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("healthy")
        writer.bool(isHealthy)
        writer.key("findings")
        writer.beginArray()
        for (check, finding) in findings {
            writer.beginObject()
            for (name, text) in [
                ("check", check), ("level", finding.level.rawValue), ("what", finding.what), ("mend", finding.mend),
            ] {
                writer.key(name)
                writer.string(text)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
