import Domain
import Logging
import Storage

/// A run with its hold on the books, and all that its settle needs.
struct Reservation {
    var run: RunRecord
    var price: Price?
    /// The base price, whatever the organization pays.
    var listPrice: Price?
    /// Of the request, for an estimate.
    var measure: RequestMeasure
}

extension RunPipeline {
    /// Holds the most that the run can cost, or, where the organization's terms say so, what it is likely to; from here on
    /// it is on the books and must be settled.
    func reserve(
        _ id: RunID, _ prompt: Prompt, _ target: Target, _ route: ProviderRoute, _ caller: Caller, _ key: RunKey?
    ) async throws(GatewayError) -> Reservation {
        let price = route.price?.price
        let bound = price?.bound(prompt.most, attempts: prompt.attempts)
        // A bad answer that the model is asked for again is the exception.
        let estimate = price?.bound(prompt.likely)
        let input = Usage(uncachedInput: prompt.measure.likelyInput)
        var run = RunRecord(
            id: id, organization: caller.organization, agent: caller.agent, environment: caller.environment,
            schema: target.schema, tokenID: caller.id, versionNumber: target.deployment.versionNumber,
            versionHash: target.deployment.versionHash, revision: target.deployment.revision,
            provider: target.plan.provider, model: target.plan.model, keyID: route.keyID,
            keySource: route.keySource, priceVersion: route.price?.version ?? 0,
            multiplierVersion: route.price?.multiplierVersion ?? 0, hold: route.costsCredits ? bound ?? .zero : .zero,
            estimatedInput: input.uncachedInput, interruptedCharge: price?.cost(of: input) ?? .zero,
            startedAt: route.begunAt)
        switch try await hold(run, estimate, key) {
        case .held(let hold):
            run.hold = hold
            return Reservation(
                run: run, price: price, listPrice: route.price?.listPrice, measure: prompt.measure)
        case .duplicate: throw GatewayError(.internalError, "The run's id is taken.")
        case .repeated(let earlier):
            // It was not there when the key was claimed, and nobody else of this process may take it since.
            throw GatewayError(.idempotencyConflict, "The run \(earlier.id) took the Idempotency-Key at this moment.")
        case .insufficient(let needed, let held, let available):
            var error = GatewayError(
                .insufficientCredits,
                "The run needs a hold of \(needed) credits and \(available) are available (\(held) held by running ones)"
                    + ": top up, or lower the output maximum.")
            error.details = [
                ("needed", "\(needed)"), ("held", "\(held)"), ("available", "\(available)"),
            ]
            error.charged = .zero
            throw error
        }
    }

    private func hold(
        _ run: RunRecord, _ estimate: NanoCredits?, _ key: RunKey?
    ) async throws(GatewayError) -> HoldResult {
        do throws(StorageError) {
            guard let key else { return try await worker.ledger.hold(run, estimate: estimate) }
            return try await worker.ledger.hold(run, estimate: estimate, under: key)
        } catch {
            // Of a store that takes no holds it was told when that began.
            let level: Logger.Level = error.kind == .full || error.kind == .broken ? .debug : .error
            worker.logger.log(
                level: level, "hold failed", metadata: ["run": "\(run.id)", "error": "\(error)"])
            var unavailable = GatewayError(
                .ledgerUnavailable, "The ledger takes no holds at the moment; nothing was sent or charged.",
                retryAfter: 2)
            unavailable.charged = .zero
            throw unavailable
        }
    }
}
