/// There is a master key that only its owner may read, and it opens what was sealed.
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
        let shut = store.keys.filter { $0.opens == false }
        guard shut.isEmpty else {
            return shut.map {
                .error(
                    "the provider key \($0.id) (\($0.provider)) does not open with it",
                    mend: "put back the master key it was sealed with, or `tollgate key rotate \($0.id)`")
            }
        }
        let opened = store.keys.count { $0.opens == true }
        return [.ok(opened == store.keys.count ? "opens all \(opened) provider keys" : "present")]
    }
}
