/// What an organization's credits did in a month, and what its runs consumed, as of one state of the books. All of its
/// sums follow from its opening, its days and its lines: it cannot say two things.
package struct Statement: Hashable, Sendable {
    package struct DayLine: Hashable, Sendable {
        package var day: Day
        package var movements: Movements

        package init(_ day: Day, _ movements: Movements) {
            self.day = day
            self.movements = movements
        }
    }

    package var organization: String
    package var month: Month
    /// When it was read.
    package var asOf: Timestamp
    /// What all days before the month came to.
    package var opening: NanoCredits
    /// Those on which something moved the balance, in order.
    package var days: [DayLine]
    /// By place.
    package var lines: [ConsumedLine]
    /// What entries dated after the month came to: a clock can be set back.
    package var datedLater: NanoCredits
    /// As the books had it.
    package var balance: NanoCredits

    package init(
        organization: String, month: Month, asOf: Timestamp, opening: NanoCredits, days: [DayLine],
        lines: [ConsumedLine], datedLater: NanoCredits, balance: NanoCredits
    ) {
        self.organization = organization
        self.month = month
        self.asOf = asOf
        self.opening = opening
        self.days = days
        self.lines = lines
        self.datedLater = datedLater
        self.balance = balance
    }

    package var movements: Movements {
        var sum = Movements()
        for line in days { sum.add(line.movements) }
        return sum
    }

    package var closing: NanoCredits { opening.addingClamped(movements.total) }

    package var consumed: ConsumedLine.Sums {
        var sum = ConsumedLine.Sums()
        for line in lines { sum.add(line.sums) }
        return sum
    }

    /// Whether the month is over; otherwise this is what it came to so far.
    package var isComplete: Bool { Day(of: asOf) > month.days.upperBound }

    /// What in the books does not add up, so that this cannot be shown; nil where all does.
    package var contradiction: String? {
        let charges = movements[.charges]
        guard consumed.charge == -charges else {
            return "the days' usage of \(month) was charged \(consumed.charge) and their entries took \(-charges)"
        }
        guard closing.addingClamped(datedLater) == balance else {
            return
                "\(month) closes at \(closing) and later entries came to \(datedLater), but the balance is \(balance)"
        }
        return nil
    }
}
