import Domain
import Measures

extension GatewayFigures {
    /// Writes the gateway's families; `docs/metrics.md` says what each means.
    package func write(to page: inout Exposition) {
        writeRuns(to: &page)
        writeAttempts(to: &page)
        writeOutputs(to: &page)
        writeRepeats(to: &page)
        writeBooks(to: &page)
        writeEdges(to: &page)
    }

    private func writeRuns(to page: inout Exposition) {
        page.counter("tollgate_runs_total", "Runs ended, by outcome.") { samples in
            for error in [nil] + ErrorCode.allCases.map(Optional.some) {
                for isStreamed in [false, true] {
                    let count = counters.outcomes[.init(error: error, isStreamed: isStreamed), default: 0]
                    samples.add(["outcome": error?.rawValue ?? "succeeded", "streamed": "\(isStreamed)"], count)
                }
            }
        }
        page.gauge("tollgate_runs_running", "Runs under way.", counters.begun - counters.ended)
        page.histogram(
            "tollgate_run_overhead_seconds", "Time in Tollgate of runs not streamed that had a hold.",
            counters.overhead)
        page.histogram(
            "tollgate_run_first_byte_seconds", "From a streamed run's request to the first byte of its answer.",
            counters.firstByte)
        page.histogram(
            "tollgate_run_duration_seconds", "From the request to the end, of runs that had a hold.",
            counters.duration)
    }

    private func writeAttempts(to page: inout Exposition) {
        page.counter("tollgate_attempts_total", "Attempts at providers, by how they ended.") { samples in
            let sorted = counters.attempts.map { ($0.key.provider, $0.key.result.label, $0.value) }.sorted { $0 < $1 }
            for (provider, label, count) in sorted { samples.add(["provider": provider, "class": label], count) }
        }
        page.histogram(
            "tollgate_attempt_first_byte_seconds",
            "From an attempt's start to the first byte of the provider's answer.",
            counters.providerFirstByte)
        page.counter(
            "tollgate_attempt_sends_total", "Requests sent to providers, repeats on dead connections included.",
            counters.sends)
        page.counter(
            "tollgate_attempt_connections_reused_total", "Attempts that went over a kept connection.",
            counters.reusedConnections)
        page.gauge("tollgate_lane_exchanges_running", "Exchanges with providers under way, by lane.") { samples in
            for (lane, count) in exchanges.enumerated() { samples.add(["lane": "\(lane)"], count) }
        }
    }

    private func writeOutputs(to page: inout Exposition) {
        page.counter("tollgate_output_checks_total", "Answers held against an output schema, by what came of it.") {
            samples in
            for check in OutputCheck.allCases {
                samples.add(["result": check.rawValue], counters.outputChecks[check, default: 0])
            }
        }
    }

    private func writeRepeats(to page: inout Exposition) {
        page.counter(
            "tollgate_idempotent_repeats_total", "Requests under an Idempotency-Key that has a run, by what they got."
        ) { samples in
            for outcome in RepeatOutcome.allCases {
                samples.add(["result": outcome.rawValue], counters.repeats[outcome, default: 0])
            }
        }
        page.counter(
            "tollgate_idempotent_waits_total", "Repeats that waited for the run under way.", counters.repeatWaits)
    }

    private func writeBooks(to page: inout Exposition) {
        page.counter("tollgate_tokens_total", "Tokens of settled runs; no token is of two kinds.") { samples in
            for counter in Usage.Counter.allCases where counter.isOfTokens {
                samples.add(["kind": counter.name], counters.usage[counter])
            }
        }
        page.counter("tollgate_credits_settled_total", "Credits taken for runs.") {
            $0.add([:], decimal: "\(NanoCredits(counters.settled))")
        }
        page.counter(
            "tollgate_settles_estimated_total", "Runs settled by an estimate, for want of a report.",
            counters.estimatedSettles)
        page.counter(
            "tollgate_settles_above_hold_total", "Runs that cost more than was held.", counters.settlesAboveHold)
        page.counter(
            "tollgate_settles_failed_total", "Runs whose end could not be written: their hold stays.",
            counters.failedSettles)
        page.counter("tollgate_holds_refused_total", "Runs refused for want of a hold, by reason.") { samples in
            for reason in RunCounters.HoldRefusal.allCases {
                samples.add(["reason": reason.rawValue], counters.holdRefusals[reason, default: 0])
            }
        }
    }

    private func writeEdges(to page: inout Exposition) {
        page.gauge("tollgate_connections_open", "Connections of applications.", connections)
        page.counter("tollgate_requests_refused_total", "What the listener refused, by reason.") { samples in
            for reason in RunCounters.ListenerRefusal.allCases {
                samples.add(["reason": reason.rawValue], counters.listenerRefusals[reason, default: 0])
            }
        }
        page.counter("tollgate_plan_cache_hits_total", "Versions found ready to run.", plans.hits)
        page.counter("tollgate_plan_cache_misses_total", "Versions that had to be decoded.", plans.misses)
        page.gauge("tollgate_plan_cache_bytes", "Memory of versions kept ready to run.", plans.bytes)
        page.gauge("tollgate_ready", "1 while runs are taken.", isReady ? 1 : 0)
    }
}
