import FoundationEssentials
import JSON

/// The ports a running server wrote down: some may be ones the system gave.
struct ListeningPorts: Equatable {
    var gateway: Int?
    var admin: Int?
    var simulator: Int?

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
    }
}

extension Configuration {
    /// Where this configuration's server answers the admin API.
    func adminURL() throws(CommandFailure) -> String {
        try url(host: admin.host, port: admin.port, key: "admin.port") { $0.admin }
    }

    func gatewayURL() throws(CommandFailure) -> String {
        try url(host: gateway.host, port: gateway.port, key: "gateway.port") { $0.gateway }
    }

    private func url(
        host: String, port: Int, key: String, _ listening: (ListeningPorts) -> Int?
    ) throws(CommandFailure) -> String {
        let chosen = port == 0 ? ListeningPorts(file: folder.ports).flatMap(listening) : port
        guard let chosen else {
            throw CommandFailure("\(key) is 0 and no server wrote its ports to \(folder.ports): start `tollgate serve`")
        }
        // An address that means all of them is reached by the loopback one.
        let reached = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        return "http://" + (reached.contains(":") ? "[\(reached)]" : reached) + ":\(chosen)"
    }
}
