import Domain
import Measures

/// What the gateway's part of the metrics shows: all loops' counters together, and how things stand.
package struct GatewayFigures: Sendable {
    var counters = RunCounters()
    var plans = PlanCache.Figures()
    /// Exchanges under way, lane by lane.
    var exchanges: [Int] = []
    var connections = 0
    var isReady = false
}

extension GatewayService {
    /// Asks each loop for a copy of what it counted. None waits: a loop that is gone is left out.
    package func figures() async -> GatewayFigures {
        var figures = GatewayFigures()
        for worker in workers {
            let found = try? await worker.loop.submit { (worker.counters, worker.resolver.planFigures) }.get()
            if let (counters, plans) = found {
                figures.counters.add(counters)
                figures.plans.add(plans)
            }
            figures.exchanges.append(worker.lane.running)
        }
        figures.connections = openConnections
        figures.isReady = isReady
        return figures
    }
}
