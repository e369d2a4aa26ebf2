import Admin
import Gateway
import Glibc
import JSON
import ServiceLifecycle

/// Writes down which ports a running server listens on, since some may be ones the system gave, and its process. The
/// file is there while the server is.
struct ServerPorts: Service {
    let file: String
    let gateway: GatewayService
    let admin: AdminService
    /// Nil: there is no built-in simulator.
    let simulator: Int?
    /// `http` or `https`.
    let gatewayScheme: String
    let adminScheme: String

    func run() async throws {
        guard let gateway = await gateway.port, let admin = await admin.port() else {
            // The one that cannot listen says why; ending before it would be what the group reports.
            try? await gracefulShutdown()
            return
        }
        var body = JSONBody()
        body.set("gateway", gateway)
        body.set("admin", admin)
        body.set("gateway_scheme", gatewayScheme)
        body.set("admin_scheme", adminScheme)
        if let simulator { body.set("simulator", simulator) }
        body.set("pid", Int(getpid()))
        // By rename, so that whoever reads it reads all of it.
        try SecretFile.write(String(decoding: body.bytes, as: UTF8.self), to: file + ".new", replacing: true)
        guard rename(file + ".new", file) == 0 else { throw CommandFailure("\(file): cannot be written") }
        try? await gracefulShutdown()
        unlink(file)
    }
}
