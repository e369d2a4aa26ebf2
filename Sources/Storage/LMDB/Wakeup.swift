import Dispatch
import Glibc

/// Wakes a thread that waits. Signals are not counted: any number of them before a wait end that wait.
///
/// Waits by the monotonic clock. On Linux Dispatch's semaphore waits until a time of the wall clock
/// (`FUTEX_CLOCK_REALTIME`): set back by an hour while a thread waits for a second, it would wait for an hour.
///
/// `@safe`: mutex and condition stay where they are from `init` to `deinit`, and `isSignalled` is read and written under
/// the mutex only, so it may be shared too.
@safe final class Wakeup: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isSignalled = false

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func signal() {
        unsafe pthread_mutex_lock(mutex)
        isSignalled = true
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// False where the time came first.
    func wait(until deadline: DispatchTime) -> Bool {
        // Dispatch's uptime is the monotonic clock's.
        let nanoseconds = Int(clamping: deadline.uptimeNanoseconds)
        var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isSignalled {
            guard unsafe pthread_cond_timedwait(condition, mutex, &time) == 0 else { break }
        }
        defer { isSignalled = false }
        return isSignalled
    }
}
