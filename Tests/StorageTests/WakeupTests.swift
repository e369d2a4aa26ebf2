import Dispatch
import Glibc
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct WakeupTests {
    @Test func aSignalBeforeTheWaitEndsItAndOneWaitOnly() {
        let wakeup = Wakeup()
        wakeup.signal()
        wakeup.signal()
        #expect(wakeup.wait(until: .distantFuture))
        #expect(!wakeup.wait(until: .now()))
    }

    @Test func aSignalMeanwhileEndsIt() {
        let wakeup = Wakeup()
        DispatchQueue.global().async { wakeup.signal() }
        #expect(wakeup.wait(until: .distantFuture))
    }

    @Test func timesGoneByAndNear() {
        let wakeup = Wakeup()
        let deadline = DispatchTime.now() + .milliseconds(5)
        #expect(!wakeup.wait(until: deadline))
        #expect(DispatchTime.now() >= deadline)
        #expect(!wakeup.wait(until: DispatchTime(uptimeNanoseconds: 1)))
    }

    /// What `wait(until:)` takes for granted.
    @Test func dispatchCountsByTheMonotonicClock() {
        var before = timespec()
        var after = timespec()
        clock_gettime(CLOCK_MONOTONIC, &before)
        let now = DispatchTime.now().uptimeNanoseconds
        clock_gettime(CLOCK_MONOTONIC, &after)
        let nanoseconds = { (time: timespec) in UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) }
        #expect(nanoseconds(before) <= now && now <= nanoseconds(after))
    }
}
