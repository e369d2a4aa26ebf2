/// There is a master key that only its owner may read, it is the one the catalog knows, and it opens what was sealed.
enum MasterKeyCheck: Check {
    static let name = "master key"

    static func run(_ patient: Patient) -> [Finding] {
        do throws(MasterKeyFault) {
            _ = try patient.configuration.masterKey(environment: patient.environment)
        } catch {
            return [
                .error(error.description, mend: "without it no provider key opens: put back the one it was made with")
            ]
        }
        guard case .success(let store) = patient.store else { return [.ok("present")] }
        if case .refused(let why) = store.masterKey {
            // A wrong key opens none of them: what is to be mended is one thing.
            return [.error(why, mend: "no server starts until then: \"When a data folder is refused\", operations.md")]
        }
        let shut = store.keys.filter { $0.opens == false }
        guard shut.isEmpty else {
            return shut.map {
                .error(
                    "the provider key \($0.id) (\($0.provider)) does not open with it",
                    mend: store.masterKey == .proven
                        ? "its record is damaged: give the key again by `tollgate key rotate \($0.id)`"
                        : "put back the master key it was sealed with, or `tollgate key rotate \($0.id)`")
            }
        }
        let opened = store.keys.count { $0.opens == true }
        return [.ok(opened == store.keys.count ? "opens all \(opened) provider keys" : "present")]
    }
}
