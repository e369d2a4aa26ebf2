/// Every provider of a deployed version has a key that can be used.
enum ProviderKeysCheck: Check {
    static let name = "provider keys"

    static func run(_ patient: Patient) -> [Finding] {
        guard case .success(let store) = patient.store else { return [] }
        var missing: [String: (finding: Finding, others: Int)] = [:]
        for (use, place) in store.uses.sorted(by: { $0.value < $1.value }) {
            let provider = use.model.provider
            let key = store.key(for: use)
            guard key?.isActive != true else { continue }
            let finding: Finding =
                if let key {
                    .error(
                        "\(place): the key \(key.id) for the provider \(provider) is disabled",
                        mend: "`tollgate key enable \(key.id)`, or add another")
                } else {
                    .error(
                        "\(place): there is no key for the provider \(provider)",
                        mend: "`tollgate key add \(provider)`")
                }
            // One finding a key that is missing, whatever the number of its deployments.
            missing[key?.id ?? provider, default: (finding, -1)].others += 1
        }
        guard missing.isEmpty else {
            return missing.sorted { $0.key < $1.key }.map { _, found in
                var finding = found.finding
                if found.others > 0 { finding.what += " (and \(found.others) more)" }
                return finding
            }
        }
        return [.ok(store.uses.isEmpty ? "nothing is deployed" : "one for each provider in use")]
    }
}
