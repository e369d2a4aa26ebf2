import FoundationEssentials
import Glibc
import JSON

extension Patient.Occupant {
    /// Who has the folder now. Makes and changes nothing.
    static func find(_ folder: DataFolder) -> Patient.Occupant {
        guard isHeld(folder.catalog) || isHeld(folder.ledger) else { return .nobody }
        let ports = FileManager.default.contents(atPath: folder.ports)
        guard let ports, let pid = (try? JSONDocument(Array(ports)).root)?.member("pid")?.int else {
            return .somebody
        }
        return .server(Int(pid))
    }

    /// Whether another process holds the lock of a store.
    private static func isHeld(_ store: String) -> Bool {
        let descriptor = open(store + "/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Shared, and let go at once: two doctors do not take each other for a server.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
