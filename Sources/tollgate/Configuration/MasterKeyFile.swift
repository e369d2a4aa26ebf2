import FoundationEssentials
import Glibc
import Security

/// Why there is no master key. Says where it was looked for, never what stands there.
struct MasterKeyFault: Error, Equatable, CustomStringConvertible {
    var description: String
}

extension Configuration {
    var masterKeyPath: String { masterKeyFile ?? folder.masterKey }

    /// The key that seals provider keys: from `TOLLGATE_MASTER_KEY`, else from its file.
    func masterKey(environment: [String: String]) throws(MasterKeyFault) -> MasterKey {
        if let text = environment[EnvironmentName.masterKey], !text.isEmpty {
            guard let key = MasterKey(hexadecimal: text) else {
                throw MasterKeyFault(description: "\(EnvironmentName.masterKey): expects 64 hexadecimal digits")
            }
            return key
        }
        let path = masterKeyPath
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw MasterKeyFault(
                description:
                    "\(path): there is no master key; `tollgate init` makes one, or set \(EnvironmentName.masterKey)")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw MasterKeyFault(description: "\(path): others may read the master key; run `chmod 600 \(path)`")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw MasterKeyFault(description: "\(path): cannot be read")
        }
        guard let key = MasterKey(hexadecimal: String(decoding: data, as: UTF8.self)) else {
            throw MasterKeyFault(description: "\(path): expects 64 hexadecimal digits")
        }
        return key
    }
}
