import CLMDB
import Glibc

/// What a store asks of the file system it lies on.
enum FileSystem {
    /// Types of statfs(2) (linux/magic.h and the file systems' own sources) that share files between machines.
    private static let networks: [UInt32: String] = [
        0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x0102_1997: "9p",
        0x5346_414F: "AFS", 0x6B41_4653: "AFS", 0x7375_7245: "Coda", 0x00C3_6400: "Ceph", 0x0BD0_0BD0: "Lustre",
        0x1983_0326: "BeeGFS", 0x4750_4653: "GPFS", 0x564C: "NCP",
    ]

    /// The name of a network file system; nil for any other.
    static func networkName(ofType type: UInt32) -> String? { networks[type] }

    /// statfs's type of the file system that holds the path, or, where that is missing, its parent; nil: neither is there.
    static func type(at path: String) -> UInt32? {
        if let type = UInt32(exactly: unsafe tollgate_file_system_type(path)) { return type }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return UInt32(exactly: unsafe tollgate_file_system_type(parent.isEmpty ? "/" : parent))
    }

    /// Bytes this user may still write on the file system of the path; nil where it cannot be asked.
    static func freeBytes(at path: String) -> Int? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflows) = status.f_bavail.multipliedReportingOverflow(by: UInt(status.f_frsize))
        return overflows ? .max : Int(clamping: bytes)
    }
}
