import Testing

@testable import Measures

@Suite struct MeasuresTests {
    @Test(arguments: [(0, 0), (9, 0), (10, 0), (11, 1), (100, 1), (101, 2), (-1, 0)])
    func aFigureBelongsToTheFirstBoundNotBelowIt(_ value: Int, _ index: Int) {
        var histogram = Histogram(.init([10, 100]))
        histogram.observe(value)
        #expect(histogram.counts.firstIndex(of: 1) == index)
        #expect(histogram.count == 1 && histogram.sum == value)
    }

    @Test func histogramsOfLoopsAddUp() {
        var one = Histogram(.size)
        var other = Histogram(.size)
        for value in [1, 3, 1_000] { one.observe(value) }
        for value in [1, 512] { other.observe(value) }
        one.add(other)
        #expect(one.count == 5 && one.sum == 1_517)
    }

    @Test func aPageHasEveryFamilyOnceAndItsSamplesBelow() {
        var page = Exposition()
        var histogram = Histogram(.init([1_000, 2_500], perUnit: 1e6))
        for value in [500, 1_000, 2_000, 9_000] { histogram.observe(value) }
        page.counter("a_total", "What a is.") { samples in
            samples.add(["kind": "x\"\\\n", "other": "y"], 3)
            samples.add(["kind": "z", "other": "y"], decimal: "0.5")
        }
        page.gauge("b", "What b is.", -4)
        page.counter("c_total", "Nothing yet.") { _ in }
        page.histogram("d_seconds", "What d is.", histogram)
        #expect(
            String(decoding: page.bytes, as: UTF8.self) == """
                # HELP a_total What a is.
                # TYPE a_total counter
                a_total{kind="x\\"\\\\\\n",other="y"} 3
                a_total{kind="z",other="y"} 0.5
                # HELP b What b is.
                # TYPE b gauge
                b -4
                # HELP c_total Nothing yet.
                # TYPE c_total counter
                # HELP d_seconds What d is.
                # TYPE d_seconds histogram
                d_seconds_bucket{le="0.001"} 2
                d_seconds_bucket{le="0.0025"} 3
                d_seconds_bucket{le="+Inf"} 4
                d_seconds_sum 0.0125
                d_seconds_count 4

                """)
    }
}
