import ArgumentParser
import Foundation
import Simulator
import Transport

struct Profile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record a profile of the program under load, with perf, for `scripts/profile` to report.")

    @Option(help: "The tollgate program.") var program: String
    @Option(help: "A folder for the data set; one that is there is used.") var data: String
    @Option(help: "Where perf writes.") var output: String
    @Option(help: "strict or relaxed.") var durability = "strict"
    @Option(help: "Seconds to record.") var seconds = 10
    @Option(help: "Runs at once.") var connections = 32

    func run() async throws {
        var report = Report()
        let set = DataSet(tokens: 1_000)
        let folder = ServedFolder(program: program, path: "\(data)/\(set.tokens)", set: set)
        try folder.prepare(&report)
        let provider = try SimulatorServer(SimulatorConfiguration(tokens: 16))
        let port = try await provider.start()
        let lane = try Lane(name: "benchmark")
        let serving = try await folder.serve(
            lane,
            [
                "TOLLGATE_PROVIDERS_OPENAI_BASE_URL": "http://127.0.0.1:\(port)/v1",
                "TOLLGATE_LEDGER_DURABILITY": durability,
            ])
        defer { serving.stop() }
        let perRound = 5_000
        try await folder.provision(serving, lane)
        let load = RunLoad(gateway: serving.gateway, set: set)
        _ = try await load.send(perRound, connections: connections)
        let recording = Process()
        recording.executableURL = URL(filePath: "/usr/bin/env")
        recording.arguments = [
            // It records until it is told to end.
            "timeout", "--kill-after=10", "--signal=INT", "\(seconds)", "perf", "record", "--quiet", "-e",
            // Frame pointers, which Swift keeps; what they do not tell (OpenSSL's callers) is not worth copying stacks.
            "cpu-clock", "-F", "499", "--call-graph", "fp", "-o", output, "-p",
            "\(serving.process.processIdentifier)",
        ]
        try recording.runTakingSignals()
        var rates: [Double] = []
        while recording.isRunning { rates.append(try await load.send(perRound, connections: connections).rate) }
        // 124: ended by the time, as it should be.
        guard [0, 124].contains(recording.terminationStatus) else {
            throw ServedFolder.Failure(description: "perf ended with \(recording.terminationStatus)")
        }
        report.add("runs a second while recorded, \(durability)", median(rates), "")
        await lane.close()
        await provider.stop()
    }
}
