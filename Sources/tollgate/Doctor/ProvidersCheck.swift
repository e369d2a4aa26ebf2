import Protocols
import Transport

/// The providers' addresses can be reached, and, where asked for, take their keys.
enum ProvidersCheck: Check {
    static let name = "providers"

    static func run(_ patient: Patient) -> [Finding] {
        let used: Set<String> =
            if case .success(let store) = patient.store { Set(store.uses.keys.map(\.model.provider)) } else { [] }
        let findings = patient.probes.map { finding($0, isUsed: used.contains($0.provider), patient) }
        guard patient.triesKeys, patient.occupant != .nobody else { return findings }
        let untried = Finding.warning(
            "no key was tried: only the running server has them", mend: "use --online while no server runs")
        return findings + [untried]
    }

    private static func finding(_ probe: ProviderProbe.Outcome, isUsed: Bool, _ patient: Patient) -> Finding {
        guard let url = probe.url else { return homeless(probe.provider, isUsed: isUsed, patient) }
        let place = "\(probe.provider) at \(url)"
        switch probe.answer {
        case nil: return .ok(place)
        case .status(let status)?: return finding(status, probe.keyID, place, probe.provider)
        case .failed(let kind)?:
            let (what, mend) = words(kind, probe.provider)
            return Finding(level: isUsed ? .error : .warning, what: "\(place): \(what)", mend: mend)
        }
    }

    private static func homeless(_ provider: String, isUsed: Bool, _ patient: Patient) -> Finding {
        if provider == "simulated", patient.configuration.simulator.isEnabled {
            return .ok("simulated: runs inside the server")
        }
        if ProviderDialect.named(provider).platform == .bedrock { return .ok("\(provider): where its key's region is") }
        return Finding(
            level: isUsed ? .error : .warning, what: "\(provider): has no base URL",
            mend: "set providers.\(provider).base_url")
    }

    private static func finding(_ status: Int, _ keyID: String?, _ place: String, _ provider: String) -> Finding {
        switch (status, keyID) {
        case (401, let key?), (403, let key?):
            return .error(
                "\(place): refuses the key \(key) (status \(status))",
                mend: "`tollgate key rotate \(key)` with a key that the provider takes")
        case (500..., _):
            return .warning(
                "\(place): answers with status \(status)", mend: "the provider may be down: see its status page")
        case (200..<300, let key?): return .ok("\(place): takes the key \(key)")
        case (_, let key?): return .ok("\(place): reached with the key \(key) (status \(status))")
        case (_, nil): return .ok("\(place): reached")
        }
    }

    private static func words(_ kind: TransportError.Kind, _ provider: String) -> (what: String, mend: String) {
        switch kind {
        case .resolve:
            ("its name has no address", "check the name, /etc/resolv.conf and providers.\(provider).base_url")
        case .connect, .connectTimeout:
            ("refuses or does not answer connections", "check the address, the firewall and the route to it")
        case .tls:
            ("its certificate is not one this machine trusts", "install ca-certificates, or set upstream.ca_file")
        case .badURL: ("no URL that can be called", "correct providers.\(provider).base_url")
        case .firstByteTimeout, .idleTimeout, .totalTimeout:
            ("no answer within 5 s", "check what stands between here and there")
        case .sendFailed, .cutShort, .emptyReply, .headersTooLarge, .bodyTooLarge, .malformed, .badRequest, .cancelled,
            .overloaded, .closed:
            ("what answers does not speak HTTP as it should", "check providers.\(provider).base_url")
        }
    }
}
