import FoundationEssentials
import Security
import Transport

extension Patient {
    /// Gathers what the checks look at: asks the running server where there is one, reads the files where none is, and
    /// calls the providers' addresses.
    ///
    /// - Parameter online: whether each key is tried at its provider.
    static func gather(_ admin: AdminOptions, _ configuration: Configuration, online: Bool) async throws -> Patient {
        let environment = admin.configuration.environment
        let occupant = Occupant.find(configuration.folder)
        let store = await Self.store(admin, configuration, occupant, keepsSecrets: online)
        let ports = ListeningPorts(file: configuration.folder.ports)
        let probes = ProviderProbe.all(
            configuration, try? store.get(), simulatorPort: occupant == .nobody ? nil : ports?.simulator,
            usesKeys: online)
        return Patient(
            configuration: configuration, file: admin.configuration.path, environment: environment,
            occupant: occupant, ports: ports, store: store,
            triesKeys: online,
            probes: try await ProviderProbe.run(probes, caFile: configuration.upstream.caFile),
            now: WallClock.milliseconds())
    }

    private static func store(
        _ admin: AdminOptions, _ configuration: Configuration, _ occupant: Occupant, keepsSecrets: Bool
    ) async -> Result<StoreFacts, Finding.Reason> {
        guard occupant != .nobody else {
            let masterKey = try? configuration.masterKey(environment: admin.configuration.environment)
            do throws(Finding.Reason) {
                return .success(
                    try await StoreFacts.read(configuration, masterKey: masterKey, keepsSecrets: keepsSecrets))
            } catch {
                return .failure(error)
            }
        }
        do {
            if let facts = try await admin.withServerIfAny({ try await StoreFacts($0) }) { return .success(facts) }
            return .failure(
                Finding.Reason(
                    text: "the process that has the store does not answer on the admin port",
                    mend: "wait for it to start or end, and see its log"))
        } catch {
            return .failure(
                Finding.Reason(
                    text: "the running server does not tell: \(error)",
                    mend: "give an owner's token by TOLLGATE_ADMIN_TOKEN or --admin-token-file", isFault: false))
        }
    }
}
