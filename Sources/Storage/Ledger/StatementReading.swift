import Domain

extension Ledger {
    /// Reads what an organization's credits did in a month, as of one state of the books.
    ///
    /// A month's usage may be many rows, and one long read would hold old pages back. So days are read ahead in chunks,
    /// each with its row of credits, which every entry of the day changes: what ends a run moves both rows by the same
    /// day. At last one transaction reads all rows of credits (one a day and organization) and the balance; a day read
    /// ahead whose row is the same there stands as it is, and one that has moved, as only the current day does while
    /// clocks go forward, is read again in that transaction.
    /// - Parameter chunk: rows of usage read in one transaction.
    package func statement(
        _ organization: String, _ month: Month, at time: Timestamp, chunk: Int = 1_000
    ) throws(StorageError) -> Statement {
        var ahead: [UInt32: DayAhead] = [:]
        for number in month.days.lowerBound.sinceEpoch...month.days.upperBound.sinceEpoch {
            let day = UInt32(clamping: number)
            ahead[day] = try readAhead(organization, day, chunk: chunk)
        }
        return try statement(organization, month, at: time, ahead)
    }

    /// Nil where there is nothing of the day, or it moves.
    func readAhead(
        _ organization: String, _ day: UInt32, chunk: Int
    ) throws(StorageError) -> DayAhead? {
        var first: DailyCredits?
        var sums = DaySums()
        var next: Key? = DailyUsage.start(organization: organization, day: day)
        while let start = next {
            var isSame = true
            next = try environment.read { transaction throws(StorageError) in
                let credits = try transaction.credits(tables, organization, day)
                if first == nil { first = credits }
                isSame = credits != nil && first == credits
                guard isSame else { return nil }
                return try transaction.read(tables, organization, day, from: start, limit: chunk, into: &sums)
            }
            guard isSame else { return nil }
        }
        return first.map { DayAhead(credits: $0, sums: sums) }
    }

    func statement(
        _ organization: String, _ month: Month, at time: Timestamp, _ ahead: [UInt32: DayAhead]
    ) throws(StorageError) -> Statement {
        try environment.read { transaction throws(StorageError) in
            var statement = Statement(
                organization: organization, month: month, asOf: time, opening: .zero, days: [], lines: [],
                datedLater: .zero, balance: try transaction.balance(tables, organization).balance)
            var sums = DaySums()
            try transaction.scan(tables.credits, prefix: Key(organization)) { _, value throws(StorageError) in
                let credits = try DailyCredits(value)
                let day = Day(sinceEpoch: Int(credits.day))
                if day < month.days.lowerBound {
                    statement.opening = statement.opening.addingClamped(credits.change)
                } else if day > month.days.upperBound {
                    statement.datedLater = statement.datedLater.addingClamped(credits.change)
                } else {
                    let movements = credits.movements
                    if movements != Movements() { statement.days.append(.init(day, movements)) }
                    if let read = ahead[credits.day], read.credits == credits {
                        sums.add(read.sums)
                    } else {
                        let start = DailyUsage.start(organization: organization, day: credits.day)
                        _ = try transaction.read(
                            tables, organization, credits.day, from: start, limit: .max, into: &sums)
                    }
                }
                return true
            }
            statement.lines = sums.lines
            return statement
        }
    }
}

/// A day's usage, and the row of credits that it was read beside.
struct DayAhead {
    var credits: DailyCredits
    var sums: DaySums
}

/// Daily usage summed by what a statement shows.
struct DaySums {
    private var sums: [ConsumedLine.Place: ConsumedLine.Sums] = [:]

    mutating func add(_ row: DailyUsage) {
        let place = ConsumedLine.Place(
            agent: row.agent, environment: row.environment, provider: row.provider, model: row.model,
            keySource: row.keySource)
        sums[place, default: .init()].add(row.sums)
    }

    mutating func add(_ other: DaySums) {
        for (place, amounts) in other.sums { sums[place, default: .init()].add(amounts) }
    }

    var lines: [ConsumedLine] { sums.sorted { $0.key < $1.key }.map { ConsumedLine($0.key, $0.value) } }
}

extension DailyUsage {
    fileprivate var sums: ConsumedLine.Sums {
        var sums = ConsumedLine.Sums()
        sums.runs = runs
        sums.failedRuns = failedRuns
        sums.estimatedRuns = estimatedRuns
        sums.interruptedRuns = interruptedRuns
        sums.runsAboveHold = runsAboveHold
        sums.usage = usage
        sums.charge = cost
        sums.listCost = listCost
        return sums
    }
}

extension DailyCredits {
    fileprivate var movements: Movements {
        var movements = Movements()
        movements[.topUps] = topUps
        movements[.adjustments] = adjustments
        movements[.refunds] = refunds
        movements[.expiries] = expiries
        movements[.charges] = charges
        return movements
    }
}

extension Transaction where Self: ~Copyable {
    fileprivate func credits(
        _ tables: LedgerTables, _ organization: String, _ day: UInt32
    ) throws(StorageError) -> DailyCredits? {
        try withValue(tables.credits, DailyCredits.start(organization: organization, day: day)) {
            bytes throws(StorageError) in try DailyCredits(bytes)
        }
    }

    /// Adds a day's rows of usage from a key on.
    /// - Returns: where to go on; nil at the day's end.
    fileprivate func read(
        _ tables: LedgerTables, _ organization: String, _ day: UInt32, from start: Key, limit: Int,
        into sums: inout DaySums
    ) throws(StorageError) -> Key? {
        var count = 0
        var last: Key?
        let prefix = DailyUsage.start(organization: organization, day: day)
        try scan(tables.usage, prefix: prefix, from: start) { key, value throws(StorageError) in
            sums.add(try DailyUsage(value))
            count += 1
            if count == limit { last = unsafe key.withUnsafeBytes { unsafe Key(bytes: Array($0)) } }
            return count < limit
        }
        // The least key above the last one.
        return last.map { Key(bytes: $0.bytes + [0]) }
    }
}
