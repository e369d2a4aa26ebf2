import Glibc
import NIOCore
import ServiceLifecycle

/// A service that listens on a configured port; that it cannot is told in the configuration's words.
struct Listening: Service {
    let service: any Service
    let port: ListeningPort
    /// Called once the service has ended, however it did.
    var onEnd: @Sendable () -> Void = {}

    func run() async throws {
        defer { onEnd() }
        try await port.naming { try await service.run() }
    }
}

/// A port as the configuration says it.
struct ListeningPort {
    /// `gateway`, for `gateway.host` and `gateway.port`.
    let section: String
    let host: String
    let number: Int

    func naming<R>(_ bind: () async throws -> R) async throws -> R {
        do {
            return try await bind()
        } catch let error as IOError {
            throw refusal(error.errnoCode) ?? error
        }
    }

    /// Nil for what has nothing to do with listening.
    func refusal(_ code: CInt) -> CommandFailure? {
        let variable = "TOLLGATE_\(section.uppercased())"
        switch code {
        case EADDRINUSE:
            return CommandFailure("\(section).port \(number): in use; set \(variable)_PORT, or 0 for a free one")
        case EACCES:
            return CommandFailure("\(section).port \(number): not for this user to take; set \(variable)_PORT")
        case EADDRNOTAVAIL:
            return CommandFailure("\(section).host \(host): no address of this machine; set \(variable)_HOST")
        case _:
            return nil
        }
    }
}
