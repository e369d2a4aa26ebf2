/// Every deployed model that costs credits has a price.
enum PricesCheck: Check {
    static let name = "prices"

    static func run(_ patient: Patient) -> [Finding] {
        guard case .success(let store) = patient.store else { return [] }
        let unpriced = store.uses.filter { use, _ in
            guard !store.hasPrice(use) else { return false }
            guard let key = store.key(for: use) else { return true }
            return key.owner.isEmpty || (patient.configuration.mode == .cloud && !key.isExempt)
        }
        guard unpriced.isEmpty else {
            return unpriced.sorted { $0.value < $1.value }.map { use, place in
                .error(
                    "\(place): the model \(use.model.name) of \(use.model.provider) has no price",
                    mend: "set one (`tollgate price set`), or deploy another model")
            }
        }
        return [.ok("every deployed model that costs credits has one")]
    }
}
