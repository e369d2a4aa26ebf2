import Security
import Storage

/// Whether a master key is the one that a data folder's secrets are sealed under: found at the start, not at the first
/// run. The catalog keeps a known text sealed under it.
enum MasterKeyProof {
    private static let text = Array("tollgate".utf8)
    static let owner = "catalog/master key"

    /// Refuses, having changed nothing, a key that is another one.
    static func pass(_ key: MasterKey, of catalog: Catalog) async throws(CommandFailure) {
        let kept: [UInt8]?
        do throws(StorageError) {
            kept = try catalog.masterKeyCheck()
        } catch {
            throw CommandFailure("the master key cannot be checked: \(error)")
        }
        if let kept { return try judge(key, opens: kept, for: owner) }
        guard let check = try? key.seal(text, for: owner) else {
            throw CommandFailure("the master key cannot be used: OpenSSL refuses it")
        }
        do throws(StorageError) {
            try await catalog.keepMasterKeyCheck(check)
        } catch {
            throw CommandFailure("the master key's check cannot be kept: \(error)")
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
