import Dispatch
import Foundation
import Logging
import NIOConcurrencyHelpers

/// Where log entries go: a bounded queue, and a thread that formats and writes what is in it. Who logs never waits,
/// neither for the formatting nor for a slow reader of standard error; what no longer fits is dropped and counted.
final class LogOutput: Sendable {
    struct Entry: Sendable {
        /// Milliseconds since 1970.
        var time: Int64
        var level: Logger.Level
        var label: String
        var message: Logger.Message
        var metadata: Logger.Metadata
    }

    private struct State {
        var waiting: [Entry] = []
        var dropped: UInt64 = 0
        /// Entries taken into the queue, and those of them written, since the start.
        var queued: UInt64 = 0
        var written: UInt64 = 0
        var flushes: [(upTo: UInt64, done: DispatchSemaphore)] = []
        var isClosed = false
    }

    /// Entries: some 10 MB at the most.
    private let capacity: Int
    private let format: Configuration.LogFormat
    private let write: @Sendable ([UInt8]) -> Void
    private let state = NIOLockedValueBox(State())
    /// Signalled when `waiting` stops being empty, and on close.
    private let wakeup = DispatchSemaphore(value: 0)

    /// - Parameter write: takes whole lines, on the thread.
    init(
        _ format: Configuration.LogFormat, capacity: Int = 8_192,
        write: @escaping @Sendable ([UInt8]) -> Void = StandardError.write
    ) {
        self.format = format
        self.capacity = capacity
        self.write = write
        // No Dispatch queue: its threads are of a pool that can be used up, and what went wrong is to be told all the more
        // when it is.
        let thread = Thread { [self] in
            // Signals are for the main thread.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_SETMASK, &all, nil)
            run()
        }
        thread.name = "tollgate.log"
        thread.start()
    }

    /// Lines that were not written because too many waited.
    var dropped: UInt64 { state.withLockedValue { $0.dropped } }

    func append(_ entry: Entry) {
        // The last quarter is for what went wrong.
        let room = entry.level >= .warning ? capacity : capacity / 4 * 3
        let mustWake = state.withLockedValue { state in
            guard state.waiting.count < room, !state.isClosed else {
                state.dropped += 1
                return false
            }
            state.waiting.append(entry)
            state.queued += 1
            return state.waiting.count == 1
        }
        if mustWake { wakeup.signal() }
    }

    /// Waits until what was logged so far is written, at most so long: whoever reads it may have stopped. For the end
    /// of the process only, since it blocks.
    func flush(milliseconds: Int = 2_000) {
        let done = DispatchSemaphore(value: 0)
        let isWritten = state.withLockedValue { state in
            if state.written == state.queued { return true }
            state.flushes.append((state.queued, done))
            return false
        }
        if !isWritten { _ = done.wait(timeout: .now() + .milliseconds(milliseconds)) }
    }

    /// Takes no more, writes what waits (see `flush`), and lets the thread end.
    func close() {
        state.withLockedValue { $0.isClosed = true }
        wakeup.signal()
        flush()
    }

    // MARK: the thread

    private func run() {
        while true {
            let (entries, isClosed) = state.withLockedValue { state in
                var entries: [Entry] = []
                swap(&entries, &state.waiting)
                return (entries, state.isClosed)
            }
            guard entries.isEmpty else {
                put(entries)
                continue
            }
            if isClosed { return }
            wakeup.wait()
        }
    }

    private func put(_ entries: [Entry]) {
        // In pieces, so that one write is neither a line nor megabytes.
        for start in stride(from: 0, to: entries.count, by: 256) {
            let piece = entries[start..<min(start + 256, entries.count)]
            var bytes: [UInt8] = []
            for entry in piece { LogLine.append(entry, format, to: &bytes) }
            write(bytes)
            let reached = state.withLockedValue { state in
                state.written += UInt64(piece.count)
                let written = state.written
                let reached = state.flushes.filter { $0.upTo <= written }
                state.flushes.removeAll { $0.upTo <= written }
                return reached
            }
            for flush in reached { flush.done.signal() }
        }
    }
}
