import Glibc

/// There is room on the disk for the books to grow.
enum DiskCheck: Check {
    static let name = "disk"
    /// Bytes: below it is time to make room.
    static let comfortable = 2 << 30

    static func run(_ patient: Patient) -> [Finding] {
        let path = patient.configuration.data
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return [] }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        return [finding(free: free, reserve: patient.configuration.ledger.diskReserve, path)]
    }

    /// - Parameter reserve: bytes; with less, the server takes no new runs.
    static func finding(free: Int, reserve: Int, _ path: String) -> Finding {
        let what = "\(path): \(free >> 20) MiB free"
        let mend = "make room, or move the data folder to a larger disk while no server runs"
        if free < reserve { return .error(what, mend: mend) }
        return free < comfortable ? .warning(what, mend: mend) : .ok(what)
    }
}
