/// How often a figure fell into each of a few fixed ranges, and the sum of all. A plain value: whoever owns it counts
/// without a lock or an atomic, and lends a copy to who shows it.
package struct Histogram: Sendable, Equatable {
    /// The ranges' upper bounds, in the unit that is observed, and what they are multiplied by to be shown.
    package struct Buckets: Sendable, Equatable {
        let bounds: [Int]
        let perUnit: Double

        /// - Parameters:
        ///   - bounds: rising; a figure belongs to the first that is not below it.
        ///   - perUnit: shown = observed / perUnit.
        package init(_ bounds: [Int], perUnit: Double = 1) {
            self.bounds = bounds
            self.perUnit = perUnit
        }
    }

    package let buckets: Buckets
    /// One a bound, and one for what is above the last.
    private(set) var counts: [UInt64]
    private(set) var sum = 0

    package init(_ buckets: Buckets) {
        self.buckets = buckets
        counts = Array(repeating: 0, count: buckets.bounds.count + 1)
    }

    package var count: UInt64 { counts.reduce(0, +) }

    package mutating func observe(_ value: Int) {
        // Few bounds, and most figures belong near the first: faster than a binary search.
        let index = buckets.bounds.firstIndex { value <= $0 } ?? buckets.bounds.count
        counts[index] += 1
        sum &+= value
    }

    /// Adds what another histogram of the same buckets counted.
    package mutating func add(_ other: Histogram) {
        precondition(buckets == other.buckets, "histograms of one metric have the same buckets")
        for index in counts.indices { counts[index] += other.counts[index] }
        sum &+= other.sum
    }
}

extension Histogram.Buckets {
    /// Observed in microseconds, shown in seconds: 25 us to 1 s, for what a few machine instructions or one disk takes.
    package static let short = Self(
        [
            25, 50, 100, 150, 200, 300, 500, 750, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
            1_000_000,
        ], perUnit: 1e6)
    /// Observed in microseconds, shown in seconds: 1 ms to 10 minutes, for what a model takes.
    package static let long = Self(
        [
            1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
            10_000_000, 30_000_000, 60_000_000, 120_000_000, 300_000_000, 600_000_000,
        ], perUnit: 1e6)
    /// Numbers of things: powers of two to 512.
    package static let size = Self([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
}
