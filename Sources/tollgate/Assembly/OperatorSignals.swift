import Gateway
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// What an operator says to a running server by signals: SIGHUP reloads; SIGTERM or SIGINT drains, a second one
/// hurries, and a third ends the process where it stands.
struct OperatorSignals {
    let group: ServiceGroup
    let gateway: GatewayService
    let log: LogOutput
    let reloading: Reloading
    let logger: Logger

    /// Listens until it is cancelled.
    func run(_ signals: UnixSignalsSequence) async {
        // Beside the signals: a reload may wait, for a disk or a store, and to be told to stop must not wait for it.
        // What is asked for while one runs is one more.
        let (wanted, want) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [reloading] in
                var reloading = reloading
                for await _ in wanted { await reloading.run() }
            }
            await hear(signals, reload: { want.yield() })
            want.finish()
        }
    }

    private func hear(_ signals: UnixSignalsSequence, reload: () -> Void) async {
        var stops = 0
        for await signal in signals {
            guard signal != .sighup else {
                // What is about to end has no use for it.
                if stops == 0 { reload() }
                continue
            }
            stops += 1
            switch stops {
            case 1:
                logger.notice("told to stop: a second time hurries")
                await group.triggerGracefulShutdown()
            case 2: gateway.hurry()
            case _:
                logger.critical("ended at once: the next start closes the runs that were open")
                log.flush(milliseconds: 200)
                // No unwinding: whatever hangs would be waited for. What was answered is on disk.
                _exit(1)
            }
        }
    }

    /// Until they are heard: what a server reads at its start is new anyhow, and by default the signal would end it.
    static func ignoreReloads() { signal(SIGHUP, SIG_IGN) }

    /// From here on the signals are heard; before, those that stop end the process.
    static func listen() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sighup, .sigterm, .sigint)
    }
}
