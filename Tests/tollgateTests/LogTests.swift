import Dispatch
import Domain
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import tollgate

@Suite struct LogTests {
    /// What was written, and a gate that can hold the writing back.
    private final class Sink: Sendable {
        let text = NIOLockedValueBox("")
        let gate = DispatchSemaphore(value: 0)
        let isHeld: Bool
        let begun = DispatchSemaphore(value: 0)

        init(held: Bool = false) { isHeld = held }

        func write(_ bytes: [UInt8]) {
            if isHeld {
                begun.signal()
                gate.wait()
            }
            text.withLockedValue { $0 += String(decoding: bytes, as: UTF8.self) }
        }

        var lines: [String] { text.withLockedValue { $0.split(separator: "\n").map(String.init) } }
    }

    private static func entry(
        _ message: Logger.Message = "run", _ level: Logger.Level = .info, _ metadata: Logger.Metadata = [:]
    ) -> LogOutput.Entry {
        LogOutput.Entry(time: 0, level: level, label: "tollgate", message: message, metadata: metadata)
    }

    private static func line(_ format: Configuration.LogFormat, _ metadata: Logger.Metadata) -> String {
        var bytes: [UInt8] = []
        LogLine.append(entry("run", .info, metadata), format, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("a=plain", "plain", #""plain""#), (#"a="two words""#, "two words", #""two words""#),
        (#"a="line\nbreak""#, "line\nbreak", #""line\nbreak""#), (#"a="\"""#, "\"", #""\"""#), (#"a="""#, "", #""""#),
    ])
    func textThatCouldBeTakenForMoreIsQuoted(_ text: String, _ value: String, _ json: String) {
        #expect(Self.line(.text, ["a": .string(value)]) == "1970-01-01T00:00:00.000Z info tollgate: run \(text)\n")
        let head = #"{"time":"1970-01-01T00:00:00.000Z","level":"info","logger":"tollgate","message":"run""#
        #expect(Self.line(.json, ["a": .string(value)]) == head + #","a":\#(json)}"# + "\n")
    }

    @Test func numbersAreNumbersInJSON() {
        let line = Self.line(
            .json,
            [
                "a": .stringConvertible(Int64(-3)), "b": .stringConvertible(true), "d": .stringConvertible(UInt16(7)),
                "c": .stringConvertible(NanoCredits(71_000)), "e": ["x", "y"], "f": ["z": "1"], "message": "other",
            ])
        #expect(
            line.hasSuffix(
                #""message":"run","a":-3,"b":true,"c":0.000071,"d":7,"e":["x","y"],"f":{"z":"1"}}"# + "\n"))
    }

    @Test func whatIsLoggedIsWrittenInOrderWhenFlushed() {
        let sink = Sink()
        let output = LogOutput(.text, write: sink.write)
        for number in 0..<1_000 { output.append(Self.entry("run", .info, ["n": .stringConvertible(number)])) }
        output.flush(milliseconds: 30_000)
        #expect(sink.lines.count == 1_000 && output.dropped == 0)
        #expect(sink.lines.enumerated().allSatisfy { $1.hasSuffix(" n=\($0)") })
        output.close()
        output.append(Self.entry())
        #expect(output.dropped == 1 && sink.lines.count == 1_000)
    }

    @Test func aReaderThatStopsCostsLinesAndNoWaiting() {
        let sink = Sink(held: true)
        let output = LogOutput(.text, capacity: 8, write: sink.write)
        output.append(Self.entry("first"))
        sink.begun.wait()
        // The thread is held in the first write; six fit, and two places more are for what went wrong.
        for _ in 0..<10 { output.append(Self.entry()) }
        #expect(output.dropped == 4)
        for _ in 0..<3 { output.append(Self.entry("bad", .error)) }
        #expect(output.dropped == 5)
        output.flush(milliseconds: 1)
        #expect(sink.lines.isEmpty, "a flush does not wait for ever")
        for _ in 0..<2 { sink.gate.signal() }
        output.flush(milliseconds: 30_000)
        #expect(sink.lines.count == 9 && sink.lines.filter { $0.contains("bad") }.count == 2)
        output.close()
    }

    @Test func aHandlerKeepsToItsLevelAndAddsItsOwnMetadata() {
        let sink = Sink()
        let output = LogOutput(.text, write: sink.write)
        var logger = Logger(label: "x") {
            OutputLogHandler(label: $0, threshold: LogThreshold(.warning), output: output)
        }
        logger[metadataKey: "of"] = "logger"
        logger.info("not this")
        logger.warning("this", metadata: ["a": "1"])
        output.close()
        #expect(sink.lines.count == 1 && sink.lines.first?.hasSuffix(" warning x: this a=1 of=logger") == true)
    }
}
