import Foundation
import Glibc
import NIOConcurrencyHelpers
import Testing

@testable import Admin
@testable import tollgate

@Suite struct ChildProcessTests {
    private func run(
        _ program: String, _ arguments: [String] = [], silence: Duration = .seconds(60)
    ) async throws -> (ChildProcess.End, lines: [String]) {
        let lines = NIOLockedValueBox<[String]>([])
        let end = try await ChildProcess.run(program: program, arguments, silence: silence) { line in
            lines.withLockedValue { $0.append(line) }
        }
        return (end, lines.withLockedValue { $0 })
    }

    private func script(_ text: String) async throws -> (ChildProcess.End, lines: [String]) {
        try await run("/bin/sh", ["-c", text])
    }

    @Test func itIsHeardLineByLineToItsEnd() async throws {
        let (end, lines) = try await script("echo one; echo two >&2; printf three; exit 3")
        #expect(end == .exited(3))
        #expect(lines == ["one", "two", "three"])
    }

    @Test(arguments: [SIGSEGV, SIGBUS, SIGABRT, SIGKILL]) func itsSignalIsTold(_ signal: Int32) async throws {
        let (end, lines) = try await script("echo one; kill -\(signal) $$")
        #expect(end == .killed(signal))
        #expect(lines == ["one"])
    }

    @Test func itGetsNoneOfOurSecrets() async throws {
        let (end, lines) = try await run("/usr/bin/env")
        let names = lines.compactMap { $0.split(separator: "=").first.map(String.init) }
        #expect(end == .exited(0) && names.contains("PATH"))
        #expect(!names.contains("HOME"), "what is not named is left out")
        #expect(!names.contains { $0.hasPrefix("TOLLGATE_") })
    }

    @Test func itGetsNoneOfOurDescriptors() async throws {
        // Without O_CLOEXEC, as a library may open one.
        let leaked = open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        #expect(leaked > 2)
        // The fourth is the folder that is listed.
        let (end, lines) = try await run("/bin/ls", ["/proc/self/fd"])
        #expect(end == .exited(0))
        #expect(lines == ["0", "1", "2", "3"])
    }

    @Test func itHasNoSignalIgnoredOrBlocked() async throws {
        let (_, lines) = try await run("/bin/grep", ["-E", "^Sig(Blk|Ign)", "/proc/self/status"])
        let masks = lines.compactMap { UInt64($0.suffix(16), radix: 16) }
        // Of the C library's own two it lets nobody change anything.
        #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
    }

    @Test func itsSilenceIsNotWaitedForForever() async throws {
        let (end, _) = try await run("/bin/sleep", ["1000"], silence: .milliseconds(20))
        #expect(end == .silent)
    }

    @Test func itEndsWithTheTaskThatWaitsForIt() async throws {
        let (heard, continuation) = AsyncStream.makeStream(of: String.self)
        let running = Task {
            try await ChildProcess.run(
                program: "/bin/sh", ["-c", "echo $$; exec sleep 1000"], silence: .seconds(600)
            ) { continuation.yield($0) }
        }
        var lines = heard.makeAsyncIterator()
        let process = try #require(await lines.next().flatMap { pid_t($0) })
        running.cancel()
        #expect(try await running.value == .cancelled)
        #expect(kill(process, 0) == -1 && errno == ESRCH, "it is gone, and was waited for")
    }

    @Test func aProgramThatIsNoneIsTold() async throws {
        await #expect(throws: CommandFailure.self) { try await run("/nowhere/tollgate") }
    }

    @Test func aLineWithoutAnEndIsBounded() {
        var lines = LineBuffer(maximum: 4)
        #expect(lines.take(Array("ab".utf8)[...]) == [])
        #expect(lines.take(Array("cdef\nx\n\nyz".utf8)[...]) == ["abcd", "x", ""])
        #expect(lines.end() == "yz")
        #expect(lines.end() == nil)
    }
}

@Suite struct LedgerReaderTests {
    private func verdict(
        _ end: ChildProcess.End, _ lines: [String]
    ) throws -> (isClean: Bool, json: String) {
        var heard = LedgerReader.Heard()
        for line in lines { heard.take(LedgerReader.Line(line)) }
        let verdict = try LedgerReader.verdict(end, heard)
        return (verdict.isClean, String(decoding: verdict.json, as: UTF8.self))
    }

    @Test(arguments: [
        LedgerReader.Line.place(.init(.entries, entry: 0)), .place(.init(.keys, entry: .max)),
        .outcome(#"{"clean":true}"#), .refusal("/a/b: is cut short", isDamage: true),
        .refusal("another process has it", isDamage: false), .other("mdb.c:1: Assertion failed"), .other("at noon"),
    ])
    func aLineIsReadAsItWasSaid(_ line: LedgerReader.Line) {
        #expect(LedgerReader.Line(line.text) == line)
    }

    @Test func anOutcomeIsPassedOn() throws {
        for (json, isClean) in [(#"{"clean":true,"entries":2}"#, true), (#"{"clean":false,"sequence":1}"#, false)] {
            let (found, text) = try verdict(.exited(0), ["at entries 0", "at sums 2", json])
            #expect(found == isClean && text == json)
        }
    }

    @Test(arguments: [
        (SIGSEGV, "SIGSEGV"), (SIGBUS, "SIGBUS"), (SIGABRT, "SIGABRT"), (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"),
    ])
    func aFaultIsDamage(_ signal: Int32, _ name: String) throws {
        let (isClean, json) = try verdict(.killed(signal), ["at entries 3000", "mdb.c:9: Assertion 'x' failed"])
        #expect(!isClean)
        #expect(json.contains(#""sequence":3001"#) && json.contains("the file is damaged"))
        #expect(json.contains("ended in \(name) within the 1000 entries after entry 3000"))
        #expect(json.contains("Assertion 'x' failed") && json.contains("tollgate ledger restore"))
    }

    @Test func anOutcomeBeforeAFaultDoesNotCount() throws {
        #expect(try !verdict(.killed(SIGSEGV), [#"{"clean":true}"#]).isClean)
        #expect(try !verdict(.exited(1), [#"{"clean":true}"#]).isClean)
        #expect(try !verdict(.exited(0), []).isClean)
        #expect(try !verdict(.exited(0), ["{clean"]).isClean)
    }

    @Test func anEndFromOutsideIsNoDamage() throws {
        for end in [ChildProcess.End.killed(SIGKILL), .killed(SIGTERM), .exited(127)] {
            let (isClean, json) = try verdict(end, ["at sums 12"])
            #expect(!isClean && json.contains("it was not read to its end") && json.contains("after all 12 entries"))
            #expect(!json.contains("damaged") && !json.contains("restore"))
        }
        #expect(try verdict(.silent, ["at keys 12"]).json.contains("did not go on after all 12 entries"))
    }

    @Test func whatIsRefusedIsTold() throws {
        #expect(throws: CommandFailure("/data: another process has it")) {
            try verdict(.exited(1), ["refused closed /data: another process has it"])
        }
        let (isClean, json) = try verdict(.exited(1), ["refused damaged /data: is cut short"])
        #expect(!isClean && json.contains(#""reason":"/data: is cut short""#) && json.contains("restore"))
    }
}
