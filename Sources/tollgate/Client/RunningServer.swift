import FoundationEssentials
import JSON
import Transport

/// The ports a running server wrote down: some may be ones the system gave.
struct ListeningPorts: Equatable {
    var gateway: Int?
    var admin: Int?
    var simulator: Int?
    /// `http` or `https`.
    var gatewayScheme = "http"
    var adminScheme = "http"

    /// Nil where the file is missing or not what `serve` writes.
    init?(file: String) {
        guard let data = FileManager.default.contents(atPath: file), let root = try? JSONDocument(Array(data)).root
        else {
            return nil
        }
        func port(_ name: String) -> Int? { root.member(name)?.int.map { Int($0) } }
        gateway = port("gateway")
        admin = port("admin")
        simulator = port("simulator")
        gatewayScheme = root.member("gateway_scheme")?.string ?? "http"
        adminScheme = root.member("admin_scheme")?.string ?? "http"
    }
}

extension Configuration {
    /// Where this configuration's server answers the admin API.
    func adminURL() throws(CommandFailure) -> String {
        let scheme = admin.tlsCertificate == nil ? "http" : "https"
        return try url(scheme, host: admin.host, port: admin.port, key: "admin.port") {
            ($0.adminScheme, $0.admin)
        }
    }

    func gatewayURL() throws(CommandFailure) -> String {
        let scheme = gateway.tlsCertificate == nil ? "http" : "https"
        return try url(scheme, host: gateway.host, port: gateway.port, key: "gateway.port") {
            ($0.gatewayScheme, $0.gateway)
        }
    }

    private func url(
        _ scheme: String, host: String, port: Int, key: String,
        _ listening: (ListeningPorts) -> (scheme: String, port: Int?)
    ) throws(CommandFailure) -> String {
        let found = ListeningPorts(file: folder.ports).map(listening)
        // A server that runs on this very port says how it speaks, whatever this configuration says.
        let written = port == 0 || found?.port == port ? found : (scheme, port)
        guard let written, let chosen = written.port else {
            throw CommandFailure("\(key) is 0 and no server wrote its ports to \(folder.ports): start `tollgate serve`")
        }
        // An address that means all of them is reached by the loopback one.
        let reached = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        return written.scheme + "://" + (reached.contains(":") ? "[\(reached)]" : reached) + ":\(chosen)"
    }
}

extension Configuration {
    /// How the commands reach the admin port.
    ///
    /// - Parameters:
    ///   - caFile: certificates to trust, from the command line.
    ///   - isNamed: the server is one that was named, and so perhaps not this configuration's own.
    func adminLane(caFile: String?, isNamed: Bool) -> LaneConfiguration {
        if let trusted = caFile ?? admin.clientCAFile { return LaneConfiguration(caFile: trusted) }
        guard !isNamed else { return LaneConfiguration(caFile: upstream.caFile) }
        return ownLane(certificate: admin.tlsCertificate)
    }

    /// How the gateway's port of this very machine is reached.
    var gatewayLane: LaneConfiguration { ownLane(certificate: gateway.tlsCertificate) }

    private func ownLane(certificate: String?) -> LaneConfiguration {
        guard let certificate else { return LaneConfiguration(caFile: upstream.caFile) }
        return LaneConfiguration(caFile: certificate, verifiesHost: false)
    }
}
