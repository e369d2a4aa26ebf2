import Domain
import Foundation
import Transport

/// A data folder with a data set in it, and the real program over it.
struct ServedFolder {
    struct Failure: Error, CustomStringConvertible { var description: String }

    let program: String
    let path: String
    let set: DataSet

    var catalog: String { path + "/catalog" }
    private var ports: String { path + "/ports.json" }

    /// Makes the folder and imports the data set, unless it is there.
    func prepare(_ report: inout Report) throws {
        guard !FileManager.default.fileExists(atPath: path + "/complete") else { return }
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try run(["init", "--save-token"])
        let lines = path + "/import.jsonl"
        _ = FileManager.default.createFile(atPath: lines, contents: nil)
        guard let file = FileHandle(forWritingAtPath: lines) else { throw Failure(description: "\(lines): no file") }
        try set.write(to: file)
        try file.close()
        let begin = ContinuousClock.now
        try run(["import", "--file", lines])
        report.add("import, \(set.tokens) tokens", begin.duration(to: .now).nanoseconds / 1e9, "s", limit: 600)
        let again = ContinuousClock.now
        try run(["import", "--file", lines])
        report.add("the same again, nothing to do", again.duration(to: .now).nanoseconds / 1e9, "s")
        try FileManager.default.removeItem(atPath: lines)
        _ = FileManager.default.createFile(atPath: path + "/complete", contents: nil)
    }

    private func run(_ arguments: [String]) throws {
        let process = process(arguments)
        try process.runTakingSignals()
        let will = try LastWill(over: process)
        process.waitUntilExit()
        will.revoke()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(arguments[0]) failed: \(path)/log")
        }
    }

    private func process(_ arguments: [String], _ settings: [String: String] = [:]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let kept = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TOLLGATE_") }
        process.environment = kept.merging([
            "TOLLGATE_DATA": path, "TOLLGATE_GATEWAY_PORT": "0", "TOLLGATE_ADMIN_PORT": "0",
            "TOLLGATE_LOG_LEVEL": "warning", "TOLLGATE_GATEWAY_LOOPS": "1",
        ]) { $1 }.merging(settings) { $1 }
        _ = FileManager.default.createFile(atPath: path + "/log", contents: nil)
        let log = FileHandle(forWritingAtPath: path + "/log") ?? .standardError
        process.standardOutput = log
        process.standardError = log
        return process
    }

    /// The program serving, until `stop`.
    final class Serving {
        let process: Process
        let gateway: String
        let admin: String
        /// Milliseconds from the start of the process until it was ready.
        let startup: Double
        private let will: LastWill

        fileprivate init(_ process: Process, _ will: LastWill, gateway: String, admin: String, startup: Double) {
            (self.process, self.will) = (process, will)
            (self.gateway, self.admin, self.startup) = (gateway, admin, startup)
        }

        func stop() {
            process.terminate()
            process.waitUntilExit()
            will.revoke()
        }

        /// Memory of its own, without what it maps from files: bytes.
        func anonymousBytes() throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
            guard let kilobytes = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) else {
                throw Failure(description: "no RssAnon in /proc")
            }
            return kilobytes << 10
        }
    }

    func serve(_ lane: Lane, _ settings: [String: String] = [:]) async throws -> Serving {
        try? FileManager.default.removeItem(atPath: ports)
        let process = process(["serve"], settings)
        let begin = ContinuousClock.now
        try process.runTakingSignals()
        let will = try LastWill(over: process)
        while begin.duration(to: .now) < .seconds(60), process.isRunning {
            if let ports = readPorts() {
                let gateway = "http://127.0.0.1:\(ports.gateway)"
                let ready = try? await lane.fetch(
                    ExchangeRequest(method: "GET", url: gateway + "/readyz"), maximumBytes: 1 << 20)
                if ready?.0.status == 200 {
                    return Serving(
                        process, will, gateway: gateway, admin: "http://127.0.0.1:\(ports.admin)",
                        startup: begin.duration(to: .now).nanoseconds / 1e6)
                }
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        will.revoke()
        throw Failure(description: "the server is not ready: \(path)/log")
    }

    private struct Ports: Decodable {
        var gateway: Int
        var admin: Int
    }

    private func readPorts() -> Ports? {
        FileManager.default.contents(atPath: ports).flatMap { try? JSONDecoder().decode(Ports.self, from: $0) }
    }

    /// A provider's key and credits for every organization; once more does nothing.
    func provision(_ serving: Serving, _ lane: Lane) async throws {
        let token = try String(contentsOfFile: path + "/admin-token", encoding: .utf8)
        let bearer = "Bearer " + token.trimmingCharacters(in: .whitespacesAndNewlines)
        func post(_ path: String, _ body: String, _ key: String) async throws {
            let headers = [
                ("Authorization", bearer), ("Content-Type", "application/json"), ("Idempotency-Key", key),
            ]
            let request = ExchangeRequest(
                method: "POST", url: serving.admin + "/api/v1/" + path, headers: headers, body: Array(body.utf8))
            let (head, answer) = try await lane.fetch(request, maximumBytes: 1 << 20)
            guard (200..<300).contains(head.status) || head.status == 409 else {
                throw Failure(description: "\(path): \(String(decoding: answer, as: UTF8.self))")
            }
        }
        try await post("provider-keys", #"{"provider":"openai","secret":"sk-benchmark"}"#, "benchmark key")
        for number in 0..<set.organizations {
            try await post(
                "organizations/org-\(number)/credits/top-ups", #"{"amount":"1000000"}"#, "benchmark \(number)")
        }
    }
}
