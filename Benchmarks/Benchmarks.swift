import ArgumentParser

/// What the catalog's size costs: run by `scripts/benchmark`.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks", abstract: "What the catalog's size costs.",
        subcommands: [Generate.self, Scale.self, Load.self, Profile.self, Books.self])
}

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a data set as `tollgate import` reads it.")

    @Option(help: "Tokens; a tenth as many deployments and versions.") var tokens = 1_000

    func run() throws { try DataSet(tokens: tokens).write(to: .standardOutput) }
}

struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Call a running gateway with a data set's tokens.")

    @Option(help: "The gateway's base URL.") var url: String
    @Option(help: "Tokens of the data set.") var tokens = 1_000
    @Option(help: "Runs in all.") var runs = 10_000
    @Option(help: "Runs at once.") var connections = 32

    func run() async throws {
        let (rate, failures) = try await RunLoad(gateway: url, set: DataSet(tokens: tokens)).send(
            runs, connections: connections)
        print("\(Int(rate)) runs/s, \(failures) failed")
    }
}

struct Scale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a small and a large catalog; exit code 1 where a limit is broken.")

    @Option(help: "The tollgate program.") var program: String
    @Option(help: "A folder for the data sets; those that are there are used.") var data: String
    @Option(help: "Tokens of the small set.") var small = 1_000
    @Option(help: "Tokens of the large set.") var large = 1_000_000
    @Option(help: "Resolves a round.") var resolves = 200_000
    @Option(help: "Rounds, and starts.") var rounds = 9
    @Option(help: "Runs before memory is read.") var runs = 20_000
    @Flag(help: "Small sizes, for a look within a minute.") var quick = false

    mutating func run() async throws {
        if quick { (large, resolves, rounds, runs) = (20_000, 20_000, 5, 1_000) }
        var report = Report()
        var folders: [ServedFolder] = []
        for size in [small, large] {
            let folder = ServedFolder(program: program, path: "\(data)/\(size)", set: DataSet(tokens: size))
            try folder.prepare(&report)
            folders.append(folder)
        }
        for folder in folders { try await measureResolve(folder, resolves: resolves, rounds: rounds, &report) }
        try await measureStart(folders, starts: rounds, &report)
        try await measureMemory(folders, runs: runs, &report)
        report.show()
        if report.isBroken { throw ExitCode.failure }
    }
}
