import ArgumentParser

/// Writes `config/tollgate.yaml`, which a test holds to this.
struct DefaultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defaults", abstract: "Print the documented default configuration.", shouldDisplay: false)

    func run() async throws { StandardOutput.write(Array(Setting.documentedFile.utf8)) }
}
