import Admin
import Domain
import Gateway
import Logging
import Measures
import Storage

/// The admin port's `/metrics`: what every part has counted, asked for at this moment. Nothing is kept, so a scrape
/// costs what it costs and nothing else does.
struct MetricsPage: Sendable {
    let gateway: GatewayService
    let stores: Stores
    let control: any ControlStore
    let log: LogOutput
    /// Runs that were found open when this process started.
    let interruptedRuns: Int
    /// The most organizations that are named.
    let organizations: Int
    let logger: Logger

    func exposition() async -> [UInt8] {
        var page = Exposition()
        await gateway.figures().write(to: &page)
        Self.write(held(), to: &page)
        page.gauge("tollgate_runs_interrupted", "Runs found open at the start, and closed.", interruptedRuns)
        CreditFigures(lowest: lowestBalances()).write(to: &page)
        page.gauge("tollgate_idempotent_responses_bytes", "Responses kept for repeats.") { samples in
            if let bytes = keptResponseBytes() { samples.add([:], bytes) }
        }
        ReconciliationFigures(await reconciliations()).write(to: &page)
        StorePage(["ledger": stores.ledger.figures, "catalog": stores.catalog.figures]).write(to: &page)
        page.counter("tollgate_log_lines_dropped_total", "Log lines not written, for want of room.", log.dropped)
        page.gauge("tollgate_build_info", "1; the version is in the label.") { samples in
            samples.add(["version": Tollgate.configuration.version], 1)
        }
        ProcessFigures.now().write(to: &page)
        return page.bytes
    }

    /// Nil, having logged why, where they cannot be read: the rest is worth showing all the more.
    private func held() -> HeldFigures? {
        do throws(StorageError) { return try stores.ledger.heldFigures() } catch {
            logger.error("open holds cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Nil, having logged why, where they cannot be read.
    private func lowestBalances() -> LowestBalances? {
        do throws(StorageError) {
            return try stores.ledger.lowestBalances(limit: organizations, at: WallClock.milliseconds())
        } catch {
            logger.error("balances cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Nil, having logged why, where it cannot be read.
    private func keptResponseBytes() -> Int? {
        do throws(StorageError) { return try stores.ledger.keptResponseBytes() } catch {
            logger.error("kept responses cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func reconciliations() async -> [ReconciliationRecord] {
        do throws(ControlFault) { return try await control.reconciliations() } catch {
            logger.error("reconciliations cannot be read", metadata: ["error": "\(error.detail)"])
            return []
        }
    }

    /// The set of families is the same always; nil: they have no sample.
    static func write(_ held: HeldFigures?, to page: inout Exposition) {
        page.gauge("tollgate_holds_open", "Runs with a hold and no end.") { samples in
            if let held { samples.add([:], held.holds) }
        }
        page.gauge("tollgate_credits_held", "Credits held for runs.") { samples in
            if let held { samples.add([:], decimal: "\(held.credits)") }
        }
    }
}
