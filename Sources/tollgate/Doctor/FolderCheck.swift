import Glibc

/// The data folder is there, can be written, and keeps its secrets to its owner.
enum FolderCheck: Check {
    static let name = "folder"

    static func run(_ patient: Patient) -> [Finding] {
        let folder = patient.configuration.folder
        guard let mode = mode(folder.path) else {
            return [.error("\(folder.path): there is no data folder", mend: "`tollgate init` makes one; or set data")]
        }
        guard mode & S_IFMT == S_IFDIR else {
            return [.error("\(folder.path): is no folder", mend: "set data to a folder")]
        }
        var findings: [Finding] = []
        for store in [folder.path, folder.catalog, folder.ledger] where self.mode(store) != nil {
            // The running server opened it: what this user may is another matter.
            guard patient.occupant == .nobody, access(store, R_OK | W_OK | X_OK) != 0 else { continue }
            findings.append(
                .error(
                    "\(store): this user cannot write there",
                    mend: "run Tollgate as the folder's owner, or `chown -R` it; check for a read-only file system"))
        }
        for store in [folder.catalog, folder.ledger] where self.mode(store + "/data.mdb") == nil {
            findings.append(.error("\(store): there is no store", mend: "`tollgate init` makes it"))
        }
        if mode & 0o077 != 0 {
            findings.append(
                .warning("\(folder.path): others may look into it", mend: "`chmod 700 \(folder.path)`"))
        }
        for file in [folder.adminToken, folder.demoToken] {
            guard let mode = self.mode(file), mode & 0o077 != 0 else { continue }
            findings.append(.error("\(file): others may read the secret", mend: "`chmod 600 \(file)`"))
        }
        return findings.isEmpty ? [.ok(folder.path)] : findings
    }

    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }
}
