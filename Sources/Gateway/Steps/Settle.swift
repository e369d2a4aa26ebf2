import Domain
import Storage

extension RunPipeline {
    /// Characters kept of what a provider calls itself and its requests.
    private static var longestName: Int { 200 }

    /// How the run ended and what it cost: as it will stand on the books.
    func end(_ reservation: Reservation, _ answers: [Answer], _ client: ResponseWriter) -> RunRecord {
        // An answer that was not taken was paid for too.
        let attempts = answers.map { attempt($0, reservation) }
        let answer = answers[answers.endIndex - 1]
        var end = RunEnd(
            outcome: answer.fault == nil ? .succeeded : .failed, errorCode: answer.fault?.code.rawValue ?? "",
            attempts: attempts, clientLeft: client.clientHasLeft, endedAt: settings.now())
        end.outputIsValid = answer.verdict?.isValid
        return reservation.run.ended(end)
    }

    /// Replaces the hold by what the run cost, durably; only then may the client see it finish.
    func settle(_ ended: RunRecord, _ keyed: KeyedEnd?) async throws(GatewayError) -> RunRecord {
        do throws(StorageError) {
            switch try await write(ended, keyed) {
            case .settled(let end):
                var run = ended
                run.end = end
                if end.exceededHold {
                    worker.logger.warning(
                        "a run cost more than its hold",
                        metadata: [
                            "run": "\(run.id)", "hold": "\(run.hold)", "cost": "\(end.cost)",
                        ])
                }
                return run
            case .alreadySettled(let run): return run
            case .unknownRun: throw StorageError(.corrupt, "settle: the hold is gone")
            }
        } catch {
            worker.logger.error("settle failed", metadata: ["run": "\(ended.id)", "error": "\(error)"])
            var unavailable = GatewayError(
                .ledgerUnavailable,
                error.isRetried
                    ? "The run ended, and what it cost could not be written yet; its hold stays until that is written."
                    : "The run ended, and what it cost could not be written; its hold stays until the next start.",
                retryAfter: 2)
            unavailable.holdStays = true
            throw unavailable
        }
    }

    /// The line of the books that a try at the provider comes to.
    private func attempt(_ answer: Answer, _ reservation: Reservation) -> RunAttempt {
        let usage = metered(answer, reservation)
        return RunAttempt(
            usage: usage, cost: reservation.price?.cost(of: usage.usage) ?? .zero,
            // Without a base price its own price is the only one there is.
            listCost: reservation.listPrice?.cost(of: usage.usage),
            providerStatus: UInt16(clamping: answer.status),
            providerRequestID: String(answer.requestID.prefix(Self.longestName)),
            reportedModel: String((answer.model ?? "").prefix(Self.longestName)))
    }

    private func write(_ ended: RunRecord, _ keyed: KeyedEnd?) async throws(StorageError) -> SettleResult {
        guard let end = ended.end else { throw StorageError(.failed, "settle: no end") }
        guard let keyed else { return try await worker.ledger.settle(ended.id, end) }
        return try await worker.ledger.settle(ended.id, end, keyed)
    }

    /// What the provider reported; where it served the run without saying, an estimate, which the hold covers; else
    /// nothing. What it leaves out of a report is estimated too: unknown is never zero.
    func metered(_ answer: Answer, _ reservation: Reservation) -> MeteredUsage {
        var metered: MeteredUsage
        if let report = answer.usage, !answer.usageIsEarly {
            metered = MeteredUsage(report.usage, isEstimated: false)
        } else if answer.wasServed || answer.usage != nil {
            metered = reservation.measure.estimate(outputBytes: answer.outputBytes, spokenBytes: answer.spokenBytes)
            // A report from before the end knows the input, and the output only so far.
            if let early = answer.usage?.usage {
                let relayed = metered.usage
                metered.usage = early
                metered.usage.output = max(early.output, relayed.output - early.reasoning)
                metered.usage.audioOutput = max(early.audioOutput, relayed.audioOutput)
            }
        } else {
            return MeteredUsage(Usage(), isEstimated: false)
        }
        // Providers that run searches without counting them bill one for each choice at the least.
        if reservation.measure.asksForProviderTools, answer.outputBytes + answer.spokenBytes > 0,
            answer.usage?.saysToolCalls != true
        {
            metered.usage.toolCalls = max(metered.usage.toolCalls, reservation.measure.choices)
            metered.isEstimated = true
        }
        // Where images are billed as tokens, the tokens have them.
        if reservation.price?.rates(forInput: metered.usage.inputTotal).images != nil {
            metered.usage.images = max(metered.usage.images, Int64(answer.images))
        }
        // What has no price is not in the cost: the books say so, rather than that it costs nothing.
        if reservation.price?.unpriced(in: metered.usage).isEmpty == false { metered.isEstimated = true }
        return metered
    }
}
