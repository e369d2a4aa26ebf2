import ArgumentParser
import Glibc

@main
struct Tollgate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tollgate",
        abstract: "An AI gateway: applications call, you choose what answers.",
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, InitCommand.self, DemoCommand.self, SimulateCommand.self, HealthCommand.self,
            DefaultsCommand.self, DoctorCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Deployments",
                subcommands: [DeployCommand.self, RollbackCommand.self, HistoryCommand.self, StatusCommand.self]),
            CommandGroup(
                name: "Resources",
                subcommands: [
                    AgentCommand.self, SchemaCommand.self, VersionCommand.self, TokenCommand.self, KeyCommand.self,
                    CreditCommand.self,
                    UsageCommand.self, PriceCommand.self, LedgerCommand.self, ImportCommand.self,
                ]),
        ])

    /// Exit codes: 0 done, 1 failed, 2 asked wrongly.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Glibc.exit(report(error))
        }
    }

    /// Tells a person what happened and answers the exit code.
    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case let code as ExitCode: return code.rawValue
        case let faults as ConfigurationFaults:
            for fault in faults.faults { StandardError.write("tollgate: \(fault)\n") }
            return 1
        case is CommandFailure, is AdminRefusal, is MasterKeyFault, is PriceList.Fault:
            StandardError.write("tollgate: \(error)\n")
            return 1
        case _:
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code == .success {
                print(message)
                return 0
            }
            StandardError.write(message + "\n")
            return code == .validationFailure ? 2 : 1
        }
    }
}
