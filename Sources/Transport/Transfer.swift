import CCurl

/// A libcurl easy handle, kept from exchange to exchange, and what is known of the exchange it carries now.
/// Lives on its lane's thread. libcurl holds an unretained pointer to it, so it must outlive its handle: the loop
/// keeps it in `running` while the handle is in use, and `discard()` ends the handle.
/// Safe: of its pointers, the handle is freed by `discard()`, its last call, and the headers by whoever clears them.
@safe final class Transfer {
    let easy: UnsafeMutableRawPointer
    private unowned let loop: LaneLoop
    private(set) var core: ExchangeCore?
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var head = ResponseHeadReader()
    private var bodyBytesIn = 0
    private var bodyOffset = 0
    private var sends = 0
    private var isPaused = false
    /// The last turn of the loop in which the consumer was noted down to be woken.
    private var markedTurn = -1
    /// A limit of ours that the answer broke; libcurl itself only knows that we stopped reading.
    private var brokenLimit: TransportError.Kind?
    private var firstByteAt: Int?
    private var lastByteAt = 0

    init?(configuration: LaneConfiguration, loop: LaneLoop) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = unsafe easy
        self.loop = loop
        guard configure(configuration) else {
            unsafe curl_easy_cleanup(easy)
            return nil
        }
    }

    static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        var pointer: UnsafeMutableRawPointer?
        unsafe tollgate_easy_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
        // The one pointer set on a handle of ours, to the transfer that the loop keeps while the handle is in use.
        return unsafe pointer.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    func begin(_ core: ExchangeCore) -> CURLcode {
        self.core = core
        return apply(core.request)
    }

    func setHeaders(_ list: UnsafeMutablePointer<curl_slist>?) {
        unsafe headers = unsafe list
    }

    /// Forgets the exchange; the handle must be out of its multi handle.
    func reset() {
        // Lets go of libcurl's copy of the body, and of the pointer to the headers before they are freed.
        _ = unsafe tollgate_easy_set_bytes(easy, CURLOPT_POSTFIELDS, nil)
        _ = unsafe tollgate_easy_set_list(easy, CURLOPT_HTTPHEADER, nil)
        unsafe curl_slist_free_all(headers)
        unsafe headers = nil
        core = nil
        head = ResponseHeadReader()
        bodyBytesIn = 0
        bodyOffset = 0
        sends = 0
        isPaused = false
        markedTurn = -1
        brokenLimit = nil
        firstByteAt = nil
        lastByteAt = 0
    }

    func discard() {
        unsafe curl_slist_free_all(headers)
        unsafe headers = nil
        unsafe curl_easy_cleanup(easy)
    }

    func resume() -> CURLcode {
        isPaused = false
        lastByteAt = loop.now
        return unsafe curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    // MARK: what is known

    /// The next moment (microseconds) at which this transfer has taken too long, and for what.
    var deadline: (at: Int, kind: TransportError.Kind) {
        guard let core else { return (Int.max, .totalTimeout) }
        let timeouts = core.request.timeouts
        var deadline = (at: Int.max, kind: TransportError.Kind.totalTimeout)
        if timeouts.total > 0 { deadline.at = core.startedAt + timeouts.total * 1_000 }
        if firstByteAt == nil {
            let at = core.startedAt + timeouts.firstByte * 1_000
            if timeouts.firstByte > 0, at < deadline.at { deadline = (at, .firstByteTimeout) }
            // libcurl's own connect timer can get lost when a handshake's work outlasts it.
            let connectAt = core.startedAt + timeouts.connect * 1_000
            if sends == 0, timeouts.connect > 0, connectAt < deadline.at { deadline = (connectAt, .connectTimeout) }
        } else if !isPaused {
            let at = lastByteAt + timeouts.idle * 1_000
            if timeouts.idle > 0, at < deadline.at { deadline = (at, .idleTimeout) }
        }
        return deadline
    }

    var isRequestSent: Bool {
        if firstByteAt != nil { return true }
        return uploadFinished
    }

    private var uploadFinished: Bool {
        guard sends > 0 else { return false }
        var requestSize = 0
        unsafe tollgate_easy_get_long(easy, CURLINFO_REQUEST_SIZE, &requestSize)
        return requestSize > 0 && bodyBytesOut >= core?.request.body?.count ?? 0
    }

    private var bodyBytesOut: Int {
        // Until this exchange sends, libcurl's counters are still those of the one before it.
        guard sends > 0 else { return 0 }
        var uploaded: curl_off_t = 0
        unsafe tollgate_easy_get_offset(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded)
        return Int(uploaded)
    }

    func facts(now: Int) -> ExchangeFacts {
        guard let core else { return ExchangeFacts() }
        var connections = 0
        unsafe tollgate_easy_get_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        return ExchangeFacts(
            connectionReused: connections == 0 && sends > 0, sends: sends, bodyBytesOut: bodyBytesOut,
            headerBytesIn: head.byteCount, bodyBytesIn: bodyBytesIn, uploadFinished: uploadFinished,
            firstByteMicroseconds: firstByteAt.map { $0 - core.startedAt }, totalMicroseconds: now - core.startedAt)
    }

    func outcome(_ code: CURLcode) -> ExchangeCore.Outcome {
        guard code == CURLE_OK else { return .failed(failure(code)) }
        // libcurl takes a connection closed in the middle of a head for the end of an answer.
        guard head.isComplete else {
            return .failed(TransportError(head.byteCount == 0 ? .emptyReply : .cutShort, requestSent: true))
        }
        return .complete
    }

    func failure(_ code: CURLcode) -> TransportError {
        if let brokenLimit { return TransportError(brokenLimit, requestSent: true) }
        let phase = CurlPhase(
            headBytes: head.byteCount, isHeadComplete: head.isComplete, isUploadFinished: uploadFinished)
        return unsafe TransportError(
            phase.kind(code), requestSent: isRequestSent, label: String(cString: curl_easy_strerror(code)))
    }

    // MARK: called back by libcurl

    /// Answers how many bytes were taken; fewer than given ends the transfer.
    func takeHeader(_ line: UnsafeRawBufferPointer) -> Int {
        guard let core else { return 0 }
        noteByte()
        let wasComplete = head.isComplete
        let finished = unsafe head.take(line)
        // Trailers have as much room again.
        guard head.byteCount <= core.request.limits.headerBytes * (wasComplete ? 2 : 1) else {
            brokenLimit = .headersTooLarge
            return 0
        }
        if let finished {
            core.publish(finished)
            markDirty(core)
        }
        return line.count
    }

    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let core else { return 0 }
        noteByte()
        if let limit = core.request.limits.bodyBytes, bodyBytesIn + bytes.count > limit {
            brokenLimit = .bodyTooLarge
            return 0
        }
        guard unsafe core.append(bytes) else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        bodyBytesIn += bytes.count
        markDirty(core)
        return bytes.count
    }

    /// Copies the next part of a large body straight out of the caller's array.
    func giveBody(_ space: UnsafeMutableRawBufferPointer) -> Int {
        guard let body = core?.request.body else { return 0 }
        let count = min(space.count, body.count - bodyOffset)
        // `count` is bounded by both buffers.
        unsafe body.withUnsafeBytes { bytes in
            unsafe space.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[bodyOffset..<(bodyOffset + count)]))
        }
        bodyOffset += count
        return count
    }

    func seekBody(to offset: Int) -> Bool {
        guard let body = core?.request.body, offset >= 0, offset <= body.count else { return false }
        bodyOffset = offset
        return true
    }

    func noteSend() {
        sends += 1
    }

    private func markDirty(_ core: ExchangeCore) {
        guard markedTurn != loop.turn else { return }
        markedTurn = loop.turn
        loop.markDirty(core)
    }

    private func noteByte() {
        lastByteAt = loop.now
        guard firstByteAt == nil else { return }
        firstByteAt = loop.now
        loop.noteDeadline(deadline.at)
    }
}
