import ArgumentParser
import Foundation
import Glibc
import Storage

/// What the books cost beside LMDB alone: holds and settles through the ledger, then the bytes that these put, in as
/// many commits, by a loop that does nothing else. Run by `scripts/benchmark-books`.
struct Books: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure holds and settles against a bare LMDB loop; exit code 1 where a limit is broken.")

    @Option(help: "A folder for the stores, which are made and removed.") var data: String
    @Option(help: "Runs a round.") var runs = 100_000
    @Option(help: "Runs at once, for the rate.") var concurrency = 1_000
    @Option(help: "Rounds.") var rounds = 5
    @Option(help: "Holds whose wait is measured, at each number at once.") var holds = 20_000
    @Flag(help: "Small sizes, for a look within seconds.") var quick = false

    mutating func run() async throws {
        if quick { (runs, rounds, holds) = (5_000, 1, 2_000) }
        var report = Report()
        try await measureRate(&report)
        for concurrency in [1, 100, 1_000] {
            try await measureWait(in: data + "/wait", concurrency: concurrency, holds: holds, &report)
        }
        report.show()
        if report.isBroken { throw ExitCode.failure }
    }

    private func measureRate(_ report: inout Report) async throws {
        var (ours, bare): ([Cost], [Cost]) = ([], [])
        var batches: [Double] = []
        for round in 0..<rounds {
            let folder = "\(data)/round-\(round)"
            try? FileManager.default.removeItem(atPath: folder)
            let books = try await BookRuns(folder: folder + "/ledger")
            let begun = books.ledger.figures.commits.count
            ours.append(try await Cost.of { try await books.holdAndSettle(runs, concurrency: concurrency) })
            let commits = Int(books.ledger.figures.commits.count - begun)
            batches.append(Double(2 * runs) / Double(commits))
            await books.ledger.close()
            let puts = try BarePuts(ofLedger: folder + "/ledger", commits: commits)
            bare.append(try await Cost.of { try puts.write(to: folder + "/bare") })
            try FileManager.default.removeItem(atPath: folder)
        }
        report.add("changes a commit, \(concurrency) runs at once", median(batches), "")
        func add(_ name: String, _ unit: String, _ values: [Double]) { report.add(name, median(values), unit) }
        add("hold and settle: runs a second", "/s", ours.map { Double(runs) / $0.seconds })
        add("bare puts: runs a second", "/s", bare.map { Double(runs) / $0.seconds })
        let micros = 1e6 / Double(runs)
        add("hold and settle: writer's processor time a run", "µs", ours.map { $0.writer * micros })
        add(
            "hold and settle: callers' processor time a run, woken", "µs",
            ours.map { ($0.processor - $0.writer) * micros })
        add("bare puts: processor time a run", "µs", bare.map { $0.processor * micros })
        // At most twice the time is at least half the rate. By the round, since disk and processor are others' too.
        let pairs = Array(zip(ours, bare))
        func ratio(_ name: String, _ values: [Double]) {
            report.add("\(name), hold and settle / bare puts", median(values), "", limit: 2)
        }
        ratio("time", pairs.map { $0.seconds / $1.seconds })
        ratio("writer's processor time", pairs.map { $0.writer / $1.processor })
        ratio("processor time of all threads", pairs.map { $0.processor / $1.processor })
    }
}

/// What something took: on the clock, and of the processor by all threads, in user space and in the kernel.
struct Cost {
    var seconds: Double
    var processor: Double
    /// Of `processor`, what the ledger's writer used; 0 where there is none.
    var writer: Double

    static func of(_ body: () async throws -> Void) async rethrows -> Cost {
        let clock = ContinuousClock()
        let (begin, processor, writer) = (clock.now, processorSeconds(), writerSeconds())
        try await body()
        return Cost(
            seconds: (clock.now - begin).nanoseconds / 1e9, processor: processorSeconds() - processor,
            writer: writerSeconds() - writer)
    }

    /// Of the thread by that name, user and system time: the 14th and 15th word of its stat, in ticks (proc(5)).
    private static func writerSeconds() -> Double {
        let tasks = "/proc/self/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        let stats = threads.compactMap { try? String(contentsOfFile: "\(tasks)/\($0)/stat", encoding: .utf8) }
        guard let stat = stats.first(where: { $0.contains("(tollgate.ledger)") }) else { return 0 }
        let words = stat.split(separator: " ")
        guard words.count > 14, let user = Double(words[13]), let system = Double(words[14]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
