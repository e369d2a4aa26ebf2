import CSpawn
import Foundation
import Glibc
import NIOConcurrencyHelpers

/// This program once more, in a process of its own that may end in any way, heard line by line.
///
/// The new process has nothing of this one but its user, its folder and the variables below: no descriptor, no secret, no
/// signal that is ignored or blocked. It is in a process group of its own, so that a terminal's ^C is left to this one,
/// and it ends with this one at the latest when it next says something.
final class ChildProcess: Sendable {
    enum End: Hashable, Sendable {
        /// The exit code.
        case exited(Int32)
        /// The signal.
        case killed(Int32)
        /// It said nothing for too long, and was killed.
        case silent
        /// The task that waited for it was cancelled, and it was killed.
        case cancelled
    }

    /// What it says and is no longer than this is heard; the rest of a line is left out.
    static let maximumLine = 4_096
    /// What of our own environment it gets: where libraries are, and how sanitizers report.
    private static let inherited = [
        "PATH", "LD_LIBRARY_PATH", "TZ", "TMPDIR", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
    ]

    private struct State {
        /// Of a process that has not been waited for: its number is nobody else's.
        var process: pid_t?
        var isCancelled = false
    }

    private let program: String
    private let arguments: [String]
    private let silence: Duration
    private let hear: @Sendable (String) -> Void
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - silence: how long it may say nothing.
    ///   - hear: takes each line of what it says on standard output or standard error.
    private init(
        _ program: String, _ arguments: [String], silence: Duration, hear: @escaping @Sendable (String) -> Void
    ) {
        self.program = program
        self.arguments = arguments
        self.silence = silence
        self.hear = hear
    }

    /// Runs it to its end. Throws where there can be none.
    static func run(
        program: String = "/proc/self/exe", _ arguments: [String], silence: Duration,
        hear: @escaping @Sendable (String) -> Void
    ) async throws(CommandFailure) -> End {
        let child = ChildProcess(program, arguments, silence: silence, hear: hear)
        let result: Result<End, CommandFailure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // It waits, so it has a thread of its own.
                let thread = Thread {
                    do throws(CommandFailure) {
                        continuation.resume(returning: .success(try child.live()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
                thread.name = "tollgate.child"
                thread.start()
            }
        } onCancel: {
            child.cancel()
        }
        return try result.get()
    }

    private func cancel() {
        state.withLockedValue { state in
            state.isCancelled = true
            if let process = state.process { kill(process, SIGKILL) }
        }
    }

    private func live() throws(CommandFailure) -> End {
        guard let (process, output) = try start() else { return .cancelled }
        let isSilent = !listen(output)
        close(output)
        if isSilent { kill(process, SIGKILL) }
        let status = wait(process)
        if state.withLockedValue({ $0.isCancelled }) { return .cancelled }
        if isSilent { return .silent }
        // As wait(2) has it: the signal in the low seven bits, else the exit code above them.
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal)
    }

    /// Its end and its number are one step: nobody kills another process of the same number.
    private func wait(_ process: pid_t) -> Int32 {
        var info = siginfo_t()
        while waitid(P_PID, id_t(process), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return state.withLockedValue { state in
            state.process = nil
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            return status
        }
    }

    // MARK: starting

    /// Nil where it is cancelled already.
    private func start() throws(CommandFailure) -> (pid_t, output: Int32)? {
        var output: Int32 = -1
        var process = pid_t()
        let code: Int32? = state.withLockedValue { state in
            if state.isCancelled { return nil }
            let code = Self.withStrings(["tollgate"] + arguments) { arguments in
                Self.withStrings(Self.environment) { environment in
                    tollgate_spawn(program, arguments, environment, &process, &output)
                }
            }
            if code == 0 { state.process = process }
            return code
        }
        guard let code else { return nil }
        guard code == 0 else {
            throw CommandFailure("\(program) cannot be started: \(String(cString: strerror(code)))")
        }
        return (process, output)
    }

    private static var environment: [String] {
        // A crash is told by its signal; a core of the map would fill the disk, and a trace takes seconds.
        ["SWIFT_BACKTRACE=enable=no"]
            + inherited.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    }

    private static func withStrings<R>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
    ) -> R {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }

    // MARK: listening

    /// Hears lines until it has closed its output. False where it said nothing for too long.
    private func listen(_ output: Int32) -> Bool {
        let milliseconds =
            Int32(clamping: silence.components.seconds * 1_000)
            &+ Int32(clamping: silence.components.attoseconds / 1_000_000_000_000_000)
        var lines = LineBuffer(maximum: Self.maximumLine)
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, milliseconds)
            if ready == 0 { return false }
            let count = ready < 0 ? -1 : read(output, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for line in lines.take(buffer[..<count]) { hear(line) }
        }
        if let line = lines.end() { hear(line) }
        return true
    }
}

/// Makes lines of bytes as they come.
struct LineBuffer {
    private let maximum: Int
    private var line: [UInt8] = []

    /// - Parameter maximum: bytes of a line that are kept.
    init(maximum: Int) { self.maximum = maximum }

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines: [String] = []
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            lines.append(String(decoding: line, as: UTF8.self))
            line = []
            rest = rest[(end + 1)...]
        }
        append(rest)
        return lines
    }

    /// What came after the last line's end.
    mutating func end() -> String? {
        defer { line = [] }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) { line += bytes.prefix(max(0, maximum - line.count)) }
}
