import Domain
import JSON
import Protocols
import Storage

extension JSONWriter {
    mutating func credits(_ balance: Balance) {
        member("balance", balance.balance)
        member("held", balance.held)
        member("available", balance.available)
        terms(balance.terms)
        key("expiring")
        array(balance.lots) { array, lot in
            array.object {
                $0.member("top_up", lot.topUp)
                $0.member("left", lot.left)
                $0.member("expires_at", Timestamp(milliseconds: lot.expiresAt))
            }
        }
    }

    mutating func terms(_ terms: CreditTerms) {
        member("overdraft", terms.overdraft)
        member("holds", terms.holds.name)
    }

    /// The same members whatever the kind; null where they say nothing of it.
    mutating func entry(_ entry: LedgerEntry) {
        member("sequence", entry.sequence)
        member("kind", entry.kind.name)
        member("at", Timestamp(milliseconds: entry.time))
        member("balance_change", entry.balanceChange)
        member("held_change", entry.heldChange)
        member("run", entry.run?.description)
        member("estimated", entry.isEstimated)
        member("actor", orNull: entry.actor)
        member("note", orNull: entry.note)
        var posting: PostingDetail?
        var terms: CreditTerms?
        switch entry.detail {
        case .run: break
        case .posting(let detail): posting = detail
        case .terms(let set, _): terms = set
        }
        member("idempotency_key", orNull: posting?.idempotencyKey ?? "")
        member("expires_at", posting?.expiresAt.map { Timestamp(milliseconds: $0) })
        member("top_up", posting?.topUp)
        key("terms")
        if let terms { object { $0.terms(terms) } } else { null() }
        key("run_record")
        if let run = entry.runRecord { raw(RunRecordBody.encode(run)) } else { null() }
    }

    mutating func interruptedRun(_ interrupted: InterruptedRun) {
        let run = interrupted.run
        member("entry", interrupted.sequence)
        member("run", run.id.description)
        member("started_at", Timestamp(milliseconds: run.startedAt))
        member("closed_at", Timestamp(milliseconds: interrupted.end.endedAt))
        member("agent", run.agent)
        member("environment", run.environment)
        member("version", run.versionNumber)
        member("provider", run.provider)
        member("model", run.model)
        member("key") { key in
            key.member("id", run.keyID)
            key.member("source", run.keySource.name)
        }
        member("estimated_input_tokens", run.estimatedInput)
        member("hold", run.hold)
        member("charged", interrupted.end.cost)
        member("refunded", interrupted.refunded)
    }
}
