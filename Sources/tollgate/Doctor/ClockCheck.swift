import Glibc

/// The clock tells today: tokens expire by it, and the books are dated by it.
enum ClockCheck: Check {
    static let name = "clock"
    /// Milliseconds by which we may differ from a provider: its header has whole seconds, and took a while to come.
    static let tolerance: Int64 = 60_000

    static func run(_ patient: Patient) -> [Finding] {
        let mend = "set the clock and keep it set (`timedatectl`, chrony)"
        let list = try? PriceList.load(PriceList.search(patient.configuration, file: patient.file))
        if let list, Int(patient.now / 86_400_000) < PriceListCheck.days(list.date) {
            return [.error("before the price list's date: it runs behind, or the list is from the future", mend: mend)]
        }
        let leads = patient.probes.compactMap(\.clockLead)
        // The provider we are nearest to: one server with a wrong clock is its own fault.
        guard let lead = leads.min(by: { abs($0) < abs($1) }) else {
            return [monotonic(mend) ?? .ok("after the price list")]
        }
        guard abs(lead) <= tolerance else {
            return [
                .error("\(abs(lead) / 1_000) s \(lead > 0 ? "behind" : "ahead of") every provider's", mend: mend)
            ]
        }
        return [monotonic(mend) ?? .ok("within \(tolerance / 1_000) s of the providers'")]
    }

    /// Nil: the clock that times runs goes forward.
    private static func monotonic(_ mend: String) -> Finding? {
        var last = timespec()
        clock_gettime(CLOCK_MONOTONIC, &last)
        for _ in 0..<1_000 {
            var next = timespec()
            clock_gettime(CLOCK_MONOTONIC, &next)
            guard (next.tv_sec, next.tv_nsec) >= (last.tv_sec, last.tv_nsec) else {
                return .error("the monotonic clock goes backwards", mend: "see the machine's clock source; \(mend)")
            }
            last = next
        }
        return nil
    }
}
