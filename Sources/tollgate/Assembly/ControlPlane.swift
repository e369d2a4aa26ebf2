import Admin
import Domain
import Logging
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
    static func load(_ prices: PriceList, into store: some ControlStore) async throws(CommandFailure) {
        do throws(ControlFault) { try await put(prices, into: store) } catch { throw failure(error) }
    }

    /// The same at a server's start, which a store that takes no changes must not prevent: what runs cost is then
    /// what the store has, with a warning.
    static func loadIfWritable(
        _ prices: PriceList, into store: some ControlStore, _ logger: Logger
    ) async throws(CommandFailure) {
        do throws(ControlFault) { try await put(prices, into: store) } catch {
            guard error.code == .storeUnavailable else { throw failure(error) }
            logger.warning(
                "the price list is not loaded: the prices of before stay until it is, by SIGHUP or a restart",
                metadata: ["reason": "\(error.detail)"])
        }
    }

    private static func put(_ prices: PriceList, into store: some ControlStore) async throws(ControlFault) {
        _ = try await store.loadPrices(
            prices.rows, date: prices.date,
            by: Change(actor: "start", at: Timestamp(milliseconds: WallClock.milliseconds())))
    }

    private static func failure(_ fault: ControlFault) -> CommandFailure {
        CommandFailure("the prices cannot be stored: \(fault.detail)")
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
