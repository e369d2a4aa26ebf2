import FoundationEssentials

extension Configuration {
    /// The defaults, with what the file says, with what the environment says. All that is wrong is thrown at once.
    ///
    /// - Parameters:
    ///   - file: nil: none.
    ///   - environment: variables beginning in `TOLLGATE_` count; one that is set to nothing does not.
    static func load(file: String?, environment: [String: String]) throws(ConfigurationFaults) -> Configuration {
        guard let file else { return try load(text: "", name: "", environment: environment) }
        guard let data = FileManager.default.contents(atPath: file) else {
            let fault = ConfigurationFault(origin: .file(file, line: nil), key: nil, reason: "cannot be read")
            throw ConfigurationFaults(faults: [fault])
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            let fault = ConfigurationFault(origin: .file(file, line: nil), key: nil, reason: "is not UTF-8 text")
            throw ConfigurationFaults(faults: [fault])
        }
        return try load(text: text, name: file, environment: environment)
    }

    static func load(
        text: String, name: String, environment: [String: String]
    ) throws(ConfigurationFaults) -> Configuration {
        var configuration = Configuration()
        let schema = SettingSchema.configuration
        let file = ConfigurationFile(text, name: name, schema: schema)
        var faults = file.faults
        for entry in file.entries {
            guard case .setting(let setting) = schema.place(of: entry.path) else { continue }
            let slug = entry.path.count > 1 ? entry.path[1] : ""
            if !setting.apply(entry.text, slug, &configuration) {
                let origin = ConfigurationFault.Origin.file(name, line: entry.line)
                faults.append(
                    ConfigurationFault(
                        origin: origin, key: entry.path.joined(separator: "."), reason: "expects \(setting.expects)"))
            }
        }
        faults.sort { Self.line(of: $0) < Self.line(of: $1) }
        faults += configuration.apply(environment, schema)
        if faults.isEmpty, let fault = configuration.contradiction(in: name) { faults = [fault] }
        guard faults.isEmpty else { throw ConfigurationFaults(faults: faults) }
        return configuration
    }

    private static func line(of fault: ConfigurationFault) -> Int {
        guard case .file(_, let line) = fault.origin else { return .max }
        return line ?? 0
    }

    private mutating func apply(_ environment: [String: String], _ schema: SettingSchema) -> [ConfigurationFault] {
        var faults: [ConfigurationFault] = []
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) {
            guard name.hasPrefix(Setting.environmentPrefix), !text.isEmpty, !EnvironmentName.isNoSetting(name) else {
                continue
            }
            let origin = ConfigurationFault.Origin.environment(name)
            guard let found = schema.setting(environmentName: name) else {
                faults.append(ConfigurationFault(origin: origin, key: nil, reason: "there is no such key"))
                continue
            }
            if !found.setting.apply(text, found.name, &self) {
                faults.append(
                    ConfigurationFault(
                        origin: origin, key: found.setting.path, reason: "expects \(found.setting.expects)"))
            }
        }
        return faults
    }

    /// Values that are each right and cannot stand together.
    private func contradiction(in file: String) -> ConfigurationFault? {
        let place = ConfigurationFault.Origin.file(file.isEmpty ? "configuration" : file, line: nil)
        for (section, certificate, key) in [
            ("gateway", gateway.tlsCertificate, gateway.tlsKey), ("admin", admin.tlsCertificate, admin.tlsKey),
        ] where (certificate == nil) != (key == nil) {
            let missing = certificate == nil ? "tls_certificate" : "tls_key"
            let present = certificate == nil ? "tls_key" : "tls_certificate"
            return ConfigurationFault(
                origin: place, key: "\(section).\(missing)", reason: "is needed with \(section).\(present)")
        }
        let ports =
            [("gateway.port", gateway.port), ("admin.port", admin.port)]
            + (simulator.isEnabled ? [("simulator.port", simulator.port)] : [])
        for (index, (key, port)) in ports.enumerated() where port != 0 {
            guard let other = ports[..<index].first(where: { $0.1 == port }) else { continue }
            let reason = "is the same as \(other.0)"
            return ConfigurationFault(origin: place, key: key, reason: reason)
        }
        return nil
    }
}

/// Variables that begin like settings and are none.
enum EnvironmentName {
    static let configuration = "TOLLGATE_CONFIG"
    static let masterKey = "TOLLGATE_MASTER_KEY"
    static let adminURL = "TOLLGATE_ADMIN_URL"
    static let adminToken = "TOLLGATE_ADMIN_TOKEN"
    static let organization = "TOLLGATE_ORGANIZATION"

    private static let ours: Set = [configuration, masterKey, adminURL, adminToken, organization]
    /// What Kubernetes tells every container of a service called `tollgate`.
    private static let clusterPrefixes = ["TOLLGATE_SERVICE_", "TOLLGATE_PORT_"]

    static func isNoSetting(_ name: String) -> Bool {
        ours.contains(name) || name == "TOLLGATE_PORT" || clusterPrefixes.contains { name.hasPrefix($0) }
    }
}
