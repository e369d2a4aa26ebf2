import Glibc

/// The ports are free for a server to take, or taken by ours.
enum PortsCheck: Check {
    static let name = "ports"

    static func run(_ patient: Patient) -> [Finding] {
        let configuration = patient.configuration
        var wanted = [(configuration.gateway.listening, patient.ports?.gateway)]
        wanted.append((configuration.admin.listening, patient.ports?.admin))
        if configuration.simulator.isEnabled {
            let port = ListeningPort(section: "simulator", host: "127.0.0.1", number: configuration.simulator.port)
            wanted.append((port, patient.ports?.simulator))
        }
        return wanted.map { port, taken in finding(port, patient.occupant, taken: taken) }
    }

    private static func finding(_ port: ListeningPort, _ occupant: Patient.Occupant, taken: Int?) -> Finding {
        if case .server(let pid) = occupant, let taken, port.number == 0 || port.number == taken {
            return .ok("\(port.section): \(port.host):\(taken), of process \(pid)")
        }
        switch ListeningTrial.errorCode(host: port.host, port: port.number) {
        case nil:
            return .error("\(port.section).host \(port.host): has no address", mend: "set \(port.section).host")
        case 0?: return .ok("\(port.section): \(port.host):\(port.number == 0 ? "any" : "\(port.number)") is free")
        case let code?:
            let what = port.refusal(code)?.description ?? String(cString: strerror(code))
            return .error(what, mend: "`ss -ltnp` names who listens; or choose another")
        }
    }
}

/// Listens for a moment, to learn whether one could.
enum ListeningTrial {
    /// 0: one could; nil: the host has no address.
    static func errorCode(host: String, port: Int) -> CInt? {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found?.pointee else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.ai_family, address.ai_socktype | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            return errno
        }
        return 0
    }
}
