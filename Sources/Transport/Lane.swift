import CCurl
import Glibc
import NIOConcurrencyHelpers

/// One libcurl multi handle and the thread that drives it. Everything libcurl does happens on that thread; the world
/// reaches it through a mailbox. A lane let go of closes itself; `close()` also waits for its end.
package final class Lane: Sendable {
    /// libcurl is set up once a process, before its first handle.
    package static let globalInit: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let mailbox: Mailbox
    private let thread: NIOLockedValueBox<pthread_t?>

    /// Fails with `.closed` when the system grants no thread or descriptor.
    package init(name: String = "lane", configuration: LaneConfiguration = LaneConfiguration()) throws(TransportError) {
        let refused = TransportError(.closed, requestSent: false, label: "the lane could not be started")
        guard Self.globalInit, let mailbox = Mailbox(maximumExchanges: configuration.maximumExchanges),
            let loop = LaneLoop(configuration: configuration, mailbox: mailbox)
        else { throw refused }
        guard let thread = startThread(name: name, { loop.run() }) else { throw refused }
        self.mailbox = mailbox
        self.thread = NIOLockedValueBox(thread)
    }

    deinit {
        mailbox.close()
        if let thread = thread.withLockedValue({ $0.take() }) { pthread_detach(thread) }
    }

    /// Never waits: what goes wrong is told by the exchange.
    package func start(_ request: ExchangeRequest) -> Exchange {
        let core = ExchangeCore(request: request, mailbox: mailbox)
        if let refusal = request.fault() ?? mailbox.admit(core) { core.end(.failed(refusal)) }
        return Exchange(core: core)
    }

    /// An exchange that ended with `.cancelled` before it began.
    package func cancelled(_ request: ExchangeRequest) -> Exchange {
        let core = ExchangeCore(request: request, mailbox: mailbox)
        core.end(.failed(TransportError(.cancelled, requestSent: false)))
        return Exchange(core: core)
    }

    /// Exchanges under way.
    package var running: Int { mailbox.running }

    /// Ends what runs with `.closed`, and the thread. Returns when both are done.
    nonisolated(nonsending) package func close() async {
        mailbox.close()
        await mailbox.waitForEnd()
        if let thread = thread.withLockedValue({ $0.take() }) { pthread_join(thread, nil) }
    }
}

/// Carries a closure to the thread that alone will run it.
private final class ThreadBody {
    let name: String
    let run: () -> Void

    init(name: String, run: @escaping () -> Void) {
        self.name = name
        self.run = run
    }
}

/// Nil when the system grants no thread.
private func startThread(name: String, _ run: sending @escaping () -> Void) -> pthread_t? {
    let body = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: run))
    var thread = pthread_t()
    let status = unsafe pthread_create(
        &thread, nil,
        { argument in
            // The one argument is the body retained above: never nil, and balanced here.
            let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue()
            _ = unsafe tollgate_name_thread(body.name)
            // Signals are for the main thread, and a broken TLS connection's SIGPIPE for nobody.
            var all = sigset_t()
            unsafe sigfillset(&all)
            unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
            body.run()
            return nil
        }, unsafe body.toOpaque())
    guard status == 0 else {
        unsafe body.release()
        return nil
    }
    return thread
}
