import CCurl

/// The lane's thread: mailbox, libcurl's sockets and timers, deadlines, and then the consumers, once a turn.
/// Made by the lane's creator and from then on touched by its thread alone.
/// Safe: its one pointer, the multi handle, is never lent and lives until `deinit`.
@safe final class LaneLoop {
    private let configuration: LaneConfiguration
    private let mailbox: Mailbox
    /// Valid from `init` to `deinit`.
    private let multi: UnsafeMutableRawPointer
    private var poller: Poller
    /// When libcurl wants to be called next; microseconds.
    private var timer: Int?
    private var running: [ObjectIdentifier: Transfer] = [:]
    private var idle: [Transfer] = []
    /// Exchanges whose consumers may have something to see when this turn ends.
    private var dirty: [ExchangeCore] = []
    private var ended = 0
    /// No deadline lies before this; microseconds.
    private var nearestDeadline = Int.max
    /// Read once a turn.
    private(set) var now = LaneClock.microseconds()
    private(set) var turn = 0

    init?(configuration: LaneConfiguration, mailbox: Mailbox) {
        guard let poller = Poller(wakeDescriptor: mailbox.wakeDescriptor) else { return nil }
        guard let multi = unsafe curl_multi_init() else { return nil }
        self.configuration = configuration
        self.mailbox = mailbox
        self.poller = poller
        unsafe self.multi = unsafe multi
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe tollgate_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, this)
        _ = unsafe tollgate_multi_set_pointer(multi, CURLMOPT_TIMERDATA, this)
        _ = unsafe tollgate_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumConnections)
        _ = unsafe tollgate_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        // Both callbacks run only inside calls this loop makes on `multi`, so the loop is alive in them.
        _ = unsafe tollgate_multi_set_socket(multi) { _, socket, what, context, known in
            guard let context = unsafe context else { return 0 }
            unsafe Unmanaged<LaneLoop>.fromOpaque(context).takeUnretainedValue()
                .watch(socket, what: what, isKnown: known != nil)
            return 0
        }
        _ = unsafe tollgate_multi_set_timer(multi) { _, milliseconds, context in
            guard let context = unsafe context else { return 0 }
            unsafe Unmanaged<LaneLoop>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
            return 0
        }
    }

    deinit {
        for transfer in idle { transfer.discard() }
        unsafe curl_multi_cleanup(multi)
    }

    func run() {
        var isOpen = true
        while isOpen {
            let commands = mailbox.drain()
            now = LaneClock.microseconds()
            for command in commands {
                switch command {
                case .start(let core): start(core)
                case .resume(let core): resume(core)
                case .cancel(let core): end(core, .cancelled)
                case .close: isOpen = false
                }
            }
            if !isOpen {
                for transfer in Array(running.values) { if let core = transfer.core { end(core, .closed) } }
            }
            fireTimer()
            if isOpen { serveSockets(wait: commands.isEmpty && dirty.isEmpty) }
            fireTimer()
            collectFinished()
            expire()
            wakeConsumers()
        }
        mailbox.end()
    }

    // MARK: commands

    private func start(_ core: ExchangeCore) {
        guard let transfer = idle.popLast() ?? Transfer(configuration: configuration, loop: self) else {
            core.end(.failed(TransportError(.overloaded, requestSent: false, label: "no memory for a transfer")))
            ended += 1
            dirty.append(core)
            return
        }
        let code = transfer.begin(core)
        guard code == CURLE_OK, unsafe curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            core.end(.failed(transfer.failure(code == CURLE_OK ? CURLE_FAILED_INIT : code)))
            transfer.reset()
            idle.append(transfer)
            ended += 1
            dirty.append(core)
            return
        }
        running[ObjectIdentifier(core)] = transfer
        nearestDeadline = min(nearestDeadline, transfer.deadline.at)
    }

    private func resume(_ core: ExchangeCore) {
        guard let transfer = running[ObjectIdentifier(core)] else { return }
        let code = transfer.resume()
        nearestDeadline = min(nearestDeadline, transfer.deadline.at)
        if code != CURLE_OK { end(transfer, core, .failed(transfer.failure(code))) }
    }

    private func end(_ core: ExchangeCore, _ kind: TransportError.Kind) {
        guard let transfer = running[ObjectIdentifier(core)] else { return }
        end(transfer, core, .failed(TransportError(kind, requestSent: transfer.isRequestSent)))
    }

    private func end(_ transfer: Transfer, _ core: ExchangeCore, _ outcome: ExchangeCore.Outcome) {
        running[ObjectIdentifier(core)] = nil
        core.end(outcome, transfer.facts(now: now))
        unsafe curl_multi_remove_handle(multi, transfer.easy)
        transfer.reset()
        // As many handles as a busy moment needs are kept; a rare peak's are not.
        if idle.count < 256 { idle.append(transfer) } else { transfer.discard() }
        ended += 1
        dirty.append(core)
    }

    // MARK: a turn

    private func serveSockets(wait: Bool) {
        let count = poller.wait(milliseconds: wait ? sleepMilliseconds() : 0)
        now = LaneClock.microseconds()
        for index in 0..<count {
            let event = poller.event(at: index)
            if event.socket == mailbox.wakeDescriptor {
                var ignored: eventfd_t = 0
                unsafe eventfd_read(event.socket, &ignored)
            } else {
                var runningHandles: Int32 = 0
                unsafe curl_multi_socket_action(multi, event.socket, event.mask, &runningHandles)
            }
        }
    }

    private func sleepMilliseconds() -> Int32 {
        let next = min(timer ?? Int.max, nearestDeadline)
        guard next != Int.max else { return -1 }
        return Int32(clamping: max(0, (next - now + 999) / 1_000))
    }

    private func fireTimer() {
        guard let due = timer, due <= now else { return }
        timer = nil
        var runningHandles: Int32 = 0
        unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &runningHandles)
    }

    private func collectFinished() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            // The message is libcurl's own, valid until the next call on its handle: it is read before one is made.
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle
            else { continue }
            let code = unsafe message.pointee.data.result
            guard let transfer = unsafe Transfer.of(easy), let core = transfer.core else { continue }
            end(transfer, core, transfer.outcome(code))
        }
    }

    /// Deadlines only move away while bytes come, so the nearest known is a lower bound: all are looked at only when
    /// it has passed, not in every turn.
    private func expire() {
        guard now >= nearestDeadline else { return }
        var nearest = Int.max
        for transfer in Array(running.values) {
            let (at, kind) = transfer.deadline
            if at <= now, let core = transfer.core {
                end(core, kind)
            } else {
                nearest = min(nearest, at)
            }
        }
        nearestDeadline = nearest
    }

    private func wakeConsumers() {
        if ended > 0 {
            mailbox.release(ended)
            ended = 0
        }
        for core in dirty { core.wake() }
        dirty.removeAll(keepingCapacity: true)
        turn += 1
    }

    // MARK: called back

    func markDirty(_ core: ExchangeCore) {
        dirty.append(core)
    }

    func noteDeadline(_ at: Int) {
        nearestDeadline = min(nearestDeadline, at)
    }

    private func watch(_ socket: Int32, what: Int32, isKnown: Bool) {
        if what == CURL_POLL_REMOVE {
            poller.forget(socket)
            return
        }
        poller.watch(socket, what: what, isKnown: isKnown)
        // Any value but nil: libcurl hands it back as the mark of a socket that is already watched.
        if !isKnown { unsafe curl_multi_assign(multi, socket, Unmanaged.passUnretained(self).toOpaque()) }
    }

    /// libcurl rounds down, and a call that comes too early may be the last it asked for: so never early, by a clock
    /// read now (a handshake's first certificate check can take most of a turn).
    private func setTimer(_ milliseconds: Int) {
        switch milliseconds {
        case ..<0: timer = nil
        case 0: timer = now
        default: timer = LaneClock.microseconds() + (milliseconds + 1) * 1_000
        }
    }
}
