import Glibc

/// The system's clock: the parts are told the time, they do not ask for it.
enum WallClock {
    /// Since 1970.
    @Sendable static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
