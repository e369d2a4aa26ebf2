import FoundationEssentials

/// `/_simulator/…`: how tests steer a simulator and read what it saw. Answers status and body.
enum ControlRoutes {
    private struct FaultOrder: Decodable {
        var next: [String]?
        var rates: [String: Double]?
    }
    private struct BarrierOrder: Decodable { var closed: Bool }

    static func answer(_ method: String, _ path: String, _ body: [UInt8], _ state: SimulatorState) -> (Int, String) {
        switch (method, path) {
        case ("POST", "/_simulator/faults"): return order(body, state)
        case ("POST", "/_simulator/barrier"):
            guard let order = try? JSONDecoder().decode(BarrierOrder.self, from: Data(body)) else {
                return bad("barrier")
            }
            state.setBarrier(closed: order.closed)
            return (200, "{\"closed\":\(order.closed)}\n")
        case ("POST", "/_simulator/reset"):
            state.clearLog()
            return (200, "{}\n")
        case ("GET", "/_simulator/log"): return (200, state.logJSON(withBodies: false))
        case ("GET", "/_simulator/log?bodies=true"):
            return (200, state.logJSON(withBodies: state.configuration.keepBodies))
        case ("GET", "/_simulator/state"):
            let counts = state.counts
            return (
                200,
                "{\"arrived\":\(counts.arrived),\"waiting\":\(counts.waiting),\"served\":\(counts.served),"
                    + "\"running\":\(counts.running),\"connections\":\(counts.connections),"
                    + "\"disconnects\":\(counts.disconnects)}\n"
            )
        default: return (404, "{\"error\":\"no such control route\"}\n")
        }
    }

    private static func order(_ body: [UInt8], _ state: SimulatorState) -> (Int, String) {
        guard let order = try? JSONDecoder().decode(FaultOrder.self, from: Data(body)) else { return bad("faults") }
        let next = (order.next ?? []).map { Fault(rawValue: $0) }
        var rates: [Fault: Double]?
        if let named = order.rates {
            var known: [Fault: Double] = [:]
            for (name, rate) in named {
                guard let fault = Fault(rawValue: name) else { return bad("fault name") }
                known[fault] = rate
            }
            guard SimulatorConfiguration.areProbabilities(known) else { return bad("rates") }
            rates = known
        }
        guard !next.contains(nil) else { return bad("fault name") }
        state.order(next: next.compactMap { $0 }, rates: rates)
        return (200, "{}\n")
    }

    private static func bad(_ what: String) -> (Int, String) { (400, "{\"error\":\"\(what)\"}\n") }
}
