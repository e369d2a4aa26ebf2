import Domain
import JSON

/// How the newest comparison of a provider's bill with the ledger came out.
package struct ReconciliationRecord: JSONRecord, Hashable {
    /// The ledger's; nil: all of them together.
    package var provider: String?
    package var from: Day
    package var to: Day
    package var isWithinTolerance: Bool
    /// Recorded by billed, in thousand-millionths; nil where nothing was billed.
    package var captureRate: Int64?
    /// Recorded less billed; nil where the bill had no costs.
    package var difference: NanoCredits?
    package var made: Origin

    package init(
        provider: String?, from: Day, to: Day, isWithinTolerance: Bool, captureRate: Int64?, difference: NanoCredits?,
        made: Origin
    ) {
        self.provider = provider
        self.from = from
        self.to = to
        self.isWithinTolerance = isWithinTolerance
        self.captureRate = captureRate
        self.difference = difference
        self.made = made
    }

    package init(_ fields: Fields) throws(ControlFault) {
        provider = try fields.optionalString("ledger_provider")
        from = try fields.day("from")
        to = try fields.day("to")
        isWithinTolerance = try fields.bool("within_tolerance")
        captureRate = try fields.credits("capture_rate")?.rawValue
        difference = try fields.credits("difference")
        made = try Origin(fields)
    }

    package func write(to object: inout JSONWriter) {
        object.member("ledger_provider", provider)
        object.member("from", from.description)
        object.member("to", to.description)
        object.member("within_tolerance", isWithinTolerance)
        object.member("capture_rate", captureRate.map { NanoCredits($0).description })
        object.member("difference", difference?.description)
        made.write(to: &object)
    }
}

extension Fields {
    fileprivate func day(_ name: String) throws(ControlFault) -> Day {
        guard let day = Day(try string(name)) else { throw .invalid("\(name) must be a day", at: "/\(name)") }
        return day
    }

    fileprivate func credits(_ name: String) throws(ControlFault) -> NanoCredits? {
        guard let text = try optionalString(name) else { return nil }
        guard let amount = NanoCredits(decimal: text) else { throw .invalid("\(name) must be credits", at: "/\(name)") }
        return amount
    }
}
