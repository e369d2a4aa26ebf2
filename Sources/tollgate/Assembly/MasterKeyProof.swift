import Security
import Storage

/// Whether a master key is the one that a data folder's secrets are sealed under: found at the start, not at the first
/// run. The catalog keeps a known text sealed under it.
enum MasterKeyProof {
    private static let text = Array("tollgate".utf8)
    static let owner = "catalog/master key"

    /// Refuses a key that is another one, and any key of a folder that none was proved for. Changes nothing.
    static func pass(_ key: MasterKey, of catalog: Catalog) throws(CommandFailure) {
        guard let kept = try kept(catalog) else {
            throw CommandFailure("no master key was proved for this data folder: finish `tollgate init`")
        }
        try judge(key, opens: kept, for: owner)
    }

    /// Makes a new folder's key the one it is known by; where there is one, as `pass`. Only for `init`: another key must
    /// never become the folder's because somebody started a server with it.
    static func establish(_ key: MasterKey, in catalog: Catalog) async throws(CommandFailure) {
        if let kept = try kept(catalog) { return try judge(key, opens: kept, for: owner) }
        guard let check = try? key.seal(text, for: owner) else {
            throw CommandFailure("the master key cannot be used: OpenSSL refuses it")
        }
        do throws(StorageError) {
            try await catalog.keepMasterKeyCheck(check)
        } catch {
            throw CommandFailure("the master key's check cannot be kept: \(error)")
        }
    }

    private static func kept(_ catalog: Catalog) throws(CommandFailure) -> [UInt8]? {
        do throws(StorageError) { return try catalog.masterKeyCheck() } catch {
            throw CommandFailure("the master key cannot be checked: \(error)")
        }
    }

    static func judge(_ key: MasterKey, opens sealed: [UInt8], for owner: String) throws(CommandFailure) {
        do throws(SealFault) {
            _ = try key.open(sealed, for: owner)
        } catch {
            switch error {
            case .otherMasterKey:
                throw CommandFailure(
                    "the master key is not the one that this data folder's secrets are sealed under: give that one "
                        + "(TOLLGATE_MASTER_KEY, else master_key_file, else master.key in the data folder)")
            case .malformed, .notAuthentic, .failed:
                throw CommandFailure(
                    "what the catalog keeps to know its master key by is damaged: restore the data folder from a backup"
                )
            }
        }
    }
}
