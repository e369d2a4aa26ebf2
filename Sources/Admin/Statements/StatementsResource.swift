import Domain
import HTTPTypes
import JSON
import Security
import Storage

enum StatementsResource {
    /// `?month=2026-11`, the current one unless said.
    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let month = try month(call)
        let format = try StatementFormat.asked(call)
        let organization = try await call.store.organization(try call.organization())
        let statement = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.statement(organization.slug, month, at: call.now)
        }
        if let contradiction = statement.contradiction {
            throw ControlFault(
                .internalError, "the books do not add up: \(contradiction); run `tollgate ledger verify`")
        }
        return reply(statement, of: organization, as: format)
    }

    private static func month(_ call: AdminCall) throws(ControlFault) -> Month {
        let today = Day(of: call.now)
        guard let text = call.query["month"] else { return Month(of: today) }
        guard let month = Month(text) else { throw .invalid("month must be a month as 2026-11") }
        guard month.days.lowerBound <= today else { throw .invalid("the month has not begun") }
        return month
    }

    private static func reply(
        _ statement: Statement, of organization: Organization, as format: StatementFormat
    ) -> Reply {
        var reply: Reply
        switch format {
        case .json: reply = Reply { $0.statement(statement, name: organization.name) }
        case .csv:
            reply = Reply(200, Array(StatementSheet.text(statement).utf8))
            let file = "\(statement.organization)-\(statement.month).csv"
            reply.headers[.contentDisposition] = "attachment; filename=\"\(file)\""
        case .html:
            reply = Reply(200, Array(StatementPage.text(statement, name: organization.name).utf8))
            reply.headers[.contentSecurityPolicy] = StatementPage.policy + "; frame-ancestors 'none'"
        }
        reply.contentType = format.contentType
        reply.headers[.xContentTypeOptions] = "nosniff"
        reply.headers[.vary] = "Accept"
        return reply
    }
}

extension JSONWriter {
    fileprivate mutating func statement(_ statement: Statement, name: String) {
        member("organization", statement.organization)
        member("name", name)
        member("month", statement.month.description)
        member("from", statement.month.days.lowerBound.description)
        member("to", statement.month.days.upperBound.description)
        member("complete", statement.isComplete)
        member("as_of", statement.asOf)
        member("opening", statement.opening)
        member("changes") { $0.movements(statement.movements) }
        member("closing", statement.closing)
        // Of a month that is over it would be another one each time.
        member("balance", statement.isComplete ? nil : statement.balance.description)
        var balance = statement.opening
        key("days")
        array(statement.days) { array, line in
            balance = balance.addingClamped(line.movements.total)
            array.object {
                $0.member("day", line.day.description)
                $0.movements(line.movements)
                $0.member("closing", balance)
            }
        }
        key("usage")
        array(statement.lines) { array, line in
            array.object {
                $0.member("agent", line.place.agent)
                $0.member("environment", line.place.environment)
                $0.member("provider", line.place.provider)
                $0.member("model", line.place.model)
                $0.member("key_source", line.place.keySource.name)
                $0.sums(line.sums)
            }
        }
        member("usage_total") { $0.sums(statement.consumed) }
    }

    private mutating func movements(_ movements: Movements) {
        for kind in Movements.Kind.allCases { member(kind.name, movements[kind]) }
        member("total", movements.total)
    }

    private mutating func sums(_ sums: ConsumedLine.Sums) {
        member("runs", sums.runs)
        member("failed_runs", sums.failedRuns)
        member("estimated_runs", sums.estimatedRuns)
        member("interrupted_runs", sums.interruptedRuns)
        member("runs_above_hold", sums.runsAboveHold)
        member("usage") { counters in
            for counter in Usage.Counter.allCases { counters.member(counter.name, sums.usage[counter]) }
        }
        member("charge", sums.charge)
        member("list_cost", sums.listCost)
    }
}
