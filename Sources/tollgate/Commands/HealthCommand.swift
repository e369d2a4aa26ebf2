import ArgumentParser
import Transport

/// For containers, whose images have no other HTTP client.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Ask the gateway whether it is alive.", shouldDisplay: false)

    @OptionGroup var configuration: ConfigurationOptions

    func run() async throws {
        let configuration = try configuration.load()
        let base = try configuration.gatewayURL()
        let lane = try Lane(name: "tollgate.health", configuration: configuration.gatewayLane)
        let answers = await AdminClient(lane: lane, base: base, token: nil).answers()
        await lane.close()
        guard answers else { throw CommandFailure("no gateway answers at \(base)") }
    }
}
