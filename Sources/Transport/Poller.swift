import CCurl
import Glibc

/// Readiness for the sockets libcurl names, by epoll: a turn costs what is ready, not what is open.
/// Safe: the events are plain values of its own, and of their union it reads only what it wrote.
@safe struct Poller: ~Copyable {
    private let descriptor: Int32
    private var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)

    init?(wakeDescriptor: Int32) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        guard control(EPOLL_CTL_ADD, wakeDescriptor, EPOLLIN.rawValue) else {
            Glibc.close(descriptor)
            return nil
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// `what` is one of libcurl's CURL_POLL values.
    func watch(_ socket: Int32, what: Int32, isKnown: Bool) {
        var interest: UInt32 = 0
        if what & CURL_POLL_IN != 0 { interest |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { interest |= EPOLLOUT.rawValue }
        let (first, second) = isKnown ? (EPOLL_CTL_MOD, EPOLL_CTL_ADD) : (EPOLL_CTL_ADD, EPOLL_CTL_MOD)
        // A descriptor may have been closed and its number reused behind our back: then the other verb is the right one.
        if !control(first, socket, interest) { _ = control(second, socket, interest) }
    }

    func forget(_ socket: Int32) {
        _ = control(EPOLL_CTL_DEL, socket, 0)
    }

    /// Waits at most so many milliseconds (-1: for ever) and answers how many events `event(at:)` holds.
    mutating func wait(milliseconds: Int32) -> Int {
        unsafe max(0, Int(epoll_wait(descriptor, &events, Int32(events.count), milliseconds)))
    }

    /// The socket, and what happened to it in libcurl's CURL_CSELECT bits.
    func event(at index: Int) -> (socket: Int32, mask: Int32) {
        let event = unsafe events[index]
        var mask: Int32 = 0
        if unsafe event.events & EPOLLIN.rawValue != 0 { mask |= CURL_CSELECT_IN }
        if unsafe event.events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
        // Let recv or send find the error, so that libcurl tells which of them failed.
        if unsafe event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 {
            mask |= CURL_CSELECT_IN | CURL_CSELECT_OUT
        }
        return unsafe (event.data.fd, mask)
    }

    private func control(_ operation: Int32, _ socket: Int32, _ interest: UInt32) -> Bool {
        var event = unsafe epoll_event()
        unsafe event.events = interest
        unsafe event.data.fd = socket
        return unsafe epoll_ctl(descriptor, operation, socket, &event) == 0
    }
}

enum LaneClock {
    /// Monotonic.
    static func microseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
