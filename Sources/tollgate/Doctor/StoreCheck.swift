/// The stores open, or their server answers for them.
enum StoreCheck: Check {
    static let name = "store"

    static func run(_ patient: Patient) -> [Finding] {
        switch patient.store {
        case .success(let store):
            let what = "\(store.uses.count) models deployed, \(store.keys.count) provider keys"
            guard store.isComplete else {
                return [
                    .warning(
                        "\(what), of the first \(StoreFacts.maximumAgents) agents",
                        mend: "ask while no server runs to have all of them looked at")
                ]
            }
            return [.ok(what)]
        case .failure(let reason) where reason.isFault: return [.error(reason.text, mend: reason.mend)]
        case .failure(let reason): return [.warning(reason.text, mend: reason.mend)]
        }
    }
}
