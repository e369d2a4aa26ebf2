import Admin
import Storage

/// The control store as this program sets it up.
enum ControlPlane {
    static func store(_ catalog: Catalog, mode: Configuration.Mode) -> EmbeddedControlStore {
        EmbeddedControlStore(catalog, mode: mode.service)
    }

    /// The admin token that everything else begins with: an owner's, of all organizations.
    static func createOwner(secret: String, in store: EmbeddedControlStore) async throws(CommandFailure) {
        do {
            let change = Change(actor: "init", at: Timestamp(milliseconds: WallClock.milliseconds()))
            _ = try await store.createAdminToken(.owner, note: "made by init", secret: secret, by: change)
        } catch {
            throw CommandFailure("the admin token cannot be made: \(error.detail)")
        }
    }

    /// Puts the list's prices into the store, where they differ.
    static func load(_ prices: [ModelPrice], into store: some ControlStore) async throws(CommandFailure) {
        do {
            _ = try await store.loadPrices(
                prices, by: Change(actor: "start", at: Timestamp(milliseconds: WallClock.milliseconds())))
        } catch {
            throw CommandFailure("the prices cannot be stored: \(error.detail)")
        }
    }
}

extension Configuration.Mode {
    /// The same in the admin plane's words.
    var service: ServiceMode {
        switch self {
        case .selfHosted: .selfHosted
        case .cloud: .cloud
        }
    }
}
