/// What a provider says it billed, by UTC day, model and key, whatever its export looked like.
package struct Bill: Hashable, Sendable {
    /// What a line is about.
    package struct Place: Hashable, Sendable {
        package var day: Day
        /// As the provider names it; nil where the export does not say.
        package var model: String?
        /// The provider's own id of it; nil where the export does not say.
        package var key: String?

        package init(day: Day, model: String?, key: String?) {
            self.day = day
            self.model = model
            self.key = key
        }
    }

    package private(set) var lines: [Place: Figures] = [:]
    /// From the first to the last day that the export covers, those without a line among them; nil: none.
    package private(set) var days: ClosedRange<Day>?
    /// The export says that there is more of it than it holds.
    package var isCut = false

    package init() {}

    package mutating func cover(_ day: Day) {
        guard let days else {
            days = day...day
            return
        }
        self.days = min(days.lowerBound, day)...max(days.upperBound, day)
    }

    /// Adds to what is billed there already.
    package mutating func add(_ place: Place, _ figures: Figures) {
        cover(place.day)
        lines[place, default: Figures()] += figures
    }
}
