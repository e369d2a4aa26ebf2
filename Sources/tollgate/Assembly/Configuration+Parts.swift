import Admin
import Edge
import Gateway
import NIOCore
import NIOSSL
import Simulator
import Storage
import Transport

/// What each part is told of the configuration.
extension Configuration {
    /// - Parameters:
    ///   - simulatorPort: of the built-in provider, where it runs.
    ///   - tls: of the gateway's port; nil: cleartext.
    func gatewaySettings(loops: Int, simulatorPort: Int?, tls: TLSConfiguration? = nil) -> GatewaySettings {
        var settings = GatewaySettings(now: WallClock.milliseconds)
        settings.mode = mode == .cloud ? .cloud : .selfHosted
        settings.host = gateway.host
        settings.port = gateway.port
        settings.tls = tls
        settings.requestLimits = requestLimits
        settings.loops = loops
        settings.maximumConnections = gateway.maximumConnections
        settings.maximumBodyBytes = gateway.maximumBodyBytes
        settings.maximumBufferedBytes = gateway.maximumBufferedBytes
        settings.clientWriteTimeout = .milliseconds(Int64(gateway.clientWriteTimeout))
        settings.keepAliveTimeout = .milliseconds(Int64(gateway.keepAliveTimeout))
        settings.drainDelay = .milliseconds(Int64(drain.delay))
        settings.drainGrace = .milliseconds(Int64(drain.grace))
        settings.timeouts = Timeouts(
            connect: upstream.connectTimeout, firstByte: upstream.firstByteTimeout, idle: upstream.idleTimeout,
            total: upstream.totalTimeout)
        settings.maximumResponseBytes = upstream.maximumResponseBytes
        settings.maximumKeptResponseBytes = idempotency.maximumResponseBytes
        settings.maximumResponseHeaderBytes = upstream.maximumHeaderBytes
        settings.drainAfterDisconnect = .milliseconds(Int64(upstream.drainAfterDisconnect))
        settings.allowances = allowances
        settings.planCacheBytes = plans.cacheBytes
        settings.providerBaseURLs = providers.compactMapValues(\.baseURL)
        settings.providerDialects = providers.compactMapValues(\.dialect)
        if let simulatorPort, settings.providerBaseURLs["simulated"] == nil {
            settings.providerBaseURLs["simulated"] = "http://127.0.0.1:\(simulatorPort)/v1"
        }
        return settings
    }

    /// - Parameter tls: of the admin port; nil: cleartext.
    func adminConfiguration(tls: TLSConfiguration?) -> AdminService.Configuration {
        AdminService.Configuration(
            host: admin.host, port: admin.port, mode: mode.service, tls: tls, requestLimits: requestLimits)
    }

    /// Of the ledger's files, beside the process that has them.
    var ledgerReading: LedgerReading {
        let reader = LedgerReader(folder: folder.ledger, mapBytes: ledger.mapBytes, isNice: true)
        return { () throws(ControlFault) in
            do throws(CommandFailure) {
                if let verdict = try await reader.verdict() { return verdict }
            } catch {
                throw ControlFault(.ledgerUnavailable, error.description)
            }
            throw ControlFault(.draining, "the ledger was not read to its end: the server is stopping")
        }
    }

    var requestLimits: RequestLimits {
        var limits = RequestLimits()
        limits.headTimeout = .milliseconds(Int64(gateway.requestHeadTimeout))
        limits.bodyTimeout = .milliseconds(Int64(gateway.requestBodyTimeout))
        return limits
    }

    var simulatorConfiguration: SimulatorConfiguration {
        SimulatorConfiguration(
            port: simulator.port, latency: simulator.latency, tokens: simulator.tokens,
            tokenDelay: simulator.tokenDelay, faults: SimulatorConfiguration.faults(parsing: simulator.faults) ?? [:],
            seed: UInt64(clamping: simulator.seed), logPath: simulator.log)
    }
}

extension Configuration.Idempotency {
    var retention: ResponseRetention {
        ResponseRetention(milliseconds: Int64(keep), totalBytes: maximumTotalBytes)
    }
}

extension Configuration.Gateway {
    var listening: ListeningPort { ListeningPort(section: "gateway", host: host, number: port) }
}

extension Configuration.Admin {
    var listening: ListeningPort { ListeningPort(section: "admin", host: host, number: port) }
}
