import Simulator
import Transport

/// Start to ready of the real program over each folder, in turns.
func measureStart(_ folders: [ServedFolder], starts: Int, _ report: inout Report) async throws {
    let lane = try Lane(name: "benchmark")
    var times = [[Double]](repeating: [], count: folders.count)
    for round in 0..<starts + 1 {
        for (index, folder) in folders.enumerated() {
            let serving = try await folder.serve(lane)
            serving.stop()
            // The first of each finds the file cold.
            if round > 0 { times[index].append(serving.startup) }
        }
    }
    await lane.close()
    let medians = times.map(median)
    for (folder, time) in zip(folders, medians) {
        report.add("start to ready, \(folder.set.tokens) tokens", time, "ms")
    }
    // Of a start of some hundredths of a second, this much is a shared machine's noise.
    report.add("start of the large beyond the small", medians[1] - medians[0], "ms", limit: max(50, medians[0] / 2))
}

/// Memory of the program's own after the same number of runs over each folder, with tokens random over all of it.
func measureMemory(_ folders: [ServedFolder], runs: Int, _ report: inout Report) async throws {
    let provider = try SimulatorServer(SimulatorConfiguration(tokens: 16))
    let port = try await provider.start()
    let lane = try Lane(name: "benchmark")
    var resident: [Double] = []
    for folder in folders {
        let serving = try await folder.serve(
            lane,
            [
                "TOLLGATE_PROVIDERS_OPENAI_BASE_URL": "http://127.0.0.1:\(port)/v1",
                "TOLLGATE_LEDGER_DURABILITY": "relaxed",
            ])
        do {
            try await folder.provision(serving, lane)
            let idle = try serving.anonymousBytes()
            let (rate, failures) = try await RunLoad(gateway: serving.gateway, set: folder.set).send(
                runs, connections: 32)
            let bytes = Double(try serving.anonymousBytes()) / 1e6
            report.add("memory of its own when idle, \(folder.set.tokens) tokens", Double(idle) / 1e6, "MB")
            report.add("memory of its own after \(runs) runs, \(folder.set.tokens) tokens", bytes, "MB")
            report.add("runs a second, \(folder.set.tokens) tokens", rate, "")
            report.add("runs that failed, \(folder.set.tokens) tokens", Double(failures), "", limit: 0)
            resident.append(bytes)
            serving.stop()
        } catch {
            serving.stop()
            throw error
        }
    }
    report.add("memory of the large beyond the small", resident[1] - resident[0], "MB", limit: 20)
    await lane.close()
    await provider.stop()
}

/// Runs sent to a gateway with a data set's tokens, random over all of them.
struct RunLoad {
    let gateway: String
    let set: DataSet

    /// - Returns: runs a second, and how many were not answered by 200.
    func send(_ runs: Int, connections: Int) async throws -> (rate: Double, failures: Int) {
        let lane = try Lane(name: "benchmark.load")
        let begin = ContinuousClock.now
        let failures = await withTaskGroup(of: Int.self) { group in
            for connection in 0..<connections {
                let share = (runs + connections - 1 - connection) / connections
                group.addTask {
                    var failures = 0
                    for _ in 0..<share where await run(lane) != 200 { failures += 1 }
                    return failures
                }
            }
            return await group.reduce(0, +)
        }
        let seconds = begin.duration(to: .now).nanoseconds / 1e9
        await lane.close()
        return (Double(runs) / seconds, failures)
    }

    private func run(_ lane: Lane) async -> Int {
        let secret = set.secret(Int.random(in: 0..<set.tokens))
        let body = #"{"input":{"reader":"Ada","language":"English"},"messages":[{"role":"user","content":"Hello"}]}"#
        let request = ExchangeRequest(
            method: "POST", url: gateway + "/v1/run",
            headers: [("Authorization", "Bearer \(secret)"), ("Content-Type", "application/json")],
            body: Array(body.utf8))
        return (try? await lane.fetch(request, maximumBytes: 1 << 20))?.0.status ?? 0
    }
}
