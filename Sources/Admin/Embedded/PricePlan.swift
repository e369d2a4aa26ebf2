import Domain
import Storage

/// What a list of prices changes in one model's schedule: decided without writing.
///
/// The server's own list is read at every start, so it is held against what it said last time: a price that was set by
/// hand since stays until the list itself says something new. An import is held against what is in force.
struct PricePlan {
    /// What the list said of times to come, and says no more.
    private(set) var dropped: Set<UInt64> = []
    /// Their versions are yet to come.
    private(set) var entries: [PriceEntry] = []
    private(set) var report = PriceReport()

    var isEmpty: Bool { dropped.isEmpty && entries.isEmpty }

    /// - Parameters:
    ///   - rows: of this model; of several that lie in the past the latest counts.
    ///   - isBase: of the base price.
    init(
        _ rows: [NewPrice], for schedule: PriceSchedule, isBase: Bool, from source: PriceEntry.Source, _ change: Change
    ) {
        let now = change.at.milliseconds
        var schedule = schedule
        let rows = rows.sorted { $0.from < $1.from }
        let coming = rows.filter { $0.from > now }
        func entry(_ row: NewPrice, from: Int64) -> PriceEntry {
            PriceEntry(
                version: 0, effectiveFrom: from, terms: row.terms, source: source, setAt: now, setBy: change.actor)
        }
        if source.isList {
            let gone = schedule.entries.filter { entry in
                entry.effectiveFrom > now && entry.source.isList
                    && !coming.contains { $0.from == entry.effectiveFrom && $0.terms == entry.terms }
            }
            dropped = Set(gone.map(\.version))
            report.cancelled = dropped.count
            schedule.removeAll { dropped.contains($0.version) }
        }
        if let present = rows.last(where: { $0.from <= now }) {
            let said = source.isList ? schedule.newestListed(at: now) : schedule.entry(at: now)
            if said?.terms != present.terms {
                if schedule.entry(at: now) == nil { report.added = 1 } else { report.changed = 1 }
                let new = entry(present, from: schedule.present(at: now, isBase: isBase))
                schedule.insert(new)
                entries.append(new)
            }
        }
        for row in coming {
            // What somebody scheduled by hand for that very moment stands.
            if source.isList, schedule.entries.contains(where: { $0.effectiveFrom == row.from }) { continue }
            guard schedule.entry(at: row.from)?.terms != row.terms else { continue }
            let new = entry(row, from: row.from)
            schedule.insert(new)
            entries.append(new)
            report.scheduled += 1
        }
        if isEmpty { report.unchanged = 1 }
    }
}

extension NewPrice {
    fileprivate var from: Int64 { effectiveFrom?.milliseconds ?? .min }
}

extension PriceEntry.Source {
    fileprivate var isList: Bool {
        switch self {
        case .list: true
        case .imported, .set: false
        }
    }
}

extension PriceSchedule {
    /// From when a price is in force that is to be so now. The first base price of a model holds ever since, so that
    /// a clock set back finds one; no other changes what was in force, not even this very millisecond.
    func present(at now: Int64, isBase: Bool) -> Int64 {
        if entries.isEmpty, isBase { return 0 }
        guard let newest = entry(at: now) else { return now }
        return max(now, newest.effectiveFrom + 1)
    }

    /// What the list said last of the present.
    fileprivate func newestListed(at time: Int64) -> PriceEntry? {
        entries.first { $0.effectiveFrom <= time && $0.source.isList }
    }
}
