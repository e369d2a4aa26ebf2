import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what is wrong, and say how to mend it.",
        discussion: """
            Looks at the configuration, the data folder, the ports, the keys, the price list, the providers' addresses, \
            the clock and the limits; changes nothing. Asks the running server what is deployed; where none runs, reads \
            the files. Exit code 1 where anything is an error.
            """)

    @Flag(help: "Also try each provider key at its provider, which costs nothing. Only while no server runs.")
    var online = false
    @OptionGroup var admin: AdminOptions

    func run() async throws {
        let diagnosis: Diagnosis
        do {
            let configuration = try admin.configuration.load()
            diagnosis = Diagnosis(try await Patient.gather(admin, configuration, online: online))
        } catch let faults as ConfigurationFaults {
            diagnosis = Diagnosis(faults, environment: admin.configuration.environment)
        }
        StandardOutput.write(admin.output.isJSON ? diagnosis.json + [10] : Array(diagnosis.text.utf8))
        if !diagnosis.isHealthy { throw ExitCode.failure }
    }
}
