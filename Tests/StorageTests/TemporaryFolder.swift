import Foundation

/// A folder that is gone after the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "tollgate-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// What a process that ended would have left of another folder's ledger, which this process has open.
    func copyLedger(from other: TemporaryFolder) throws {
        try FileManager.default.copyItem(atPath: other.path + "/ledger", toPath: path + "/ledger")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
