import CCurl

/// libcurl's options: those that never change on a handle, and those of one exchange.
extension Transfer {
    /// Bodies up to this size go out with the headers in one write (libcurl's MAX_INITIAL_POST_SIZE) and are copied
    /// once; larger ones are read from the caller's array as the connection takes them.
    static let inlineBody = 64 << 10

    func configure(_ configuration: LaneConfiguration) -> Bool {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        var isFine = true
        func note(_ code: CURLcode) { isFine = isFine && code == CURLE_OK }
        func set(_ option: CURLoption, _ value: Int) { unsafe note(tollgate_easy_set_long(easy, option, value)) }
        func set(_ option: CURLoption, _ value: String) { unsafe note(tollgate_easy_set_string(easy, option, value)) }
        func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
            unsafe note(tollgate_easy_set_pointer(easy, option, value))
        }

        set(CURLOPT_NOSIGNAL, 1)
        // Without it, ending a transfer waits for its name look-up to end.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        // One undrained stream stalls a whole HTTP/2 connection in libcurl 7.88.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_MAXAGE_CONN, configuration.connectionAge)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, configuration.verifiesHost ? 2 : 0)
        if let caFile = configuration.caFile { set(CURLOPT_CAINFO, caFile) }
        // An empty name also keeps libcurl from reading the environment.
        set(CURLOPT_PROXY, configuration.proxy ?? "")
        set(CURLOPT_NOPROXY, configuration.withoutProxy)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)

        unsafe set(CURLOPT_PRIVATE, this)
        unsafe set(CURLOPT_HEADERDATA, this)
        unsafe set(CURLOPT_WRITEDATA, this)
        unsafe set(CURLOPT_READDATA, this)
        unsafe set(CURLOPT_SEEKDATA, this)
        unsafe set(CURLOPT_PREREQDATA, this)
        // In each callback the context is the transfer set above, which outlives its handle (see its declaration).
        unsafe note(
            tollgate_easy_set_write(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                    .takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        unsafe note(
            tollgate_easy_set_write(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                    .takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        unsafe note(
            tollgate_easy_set_read(easy) { bytes, size, count, context in
                guard let context = unsafe context else { return Int(CURL_READFUNC_ABORT) }
                return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                    .giveBody(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            })
        unsafe note(
            tollgate_easy_set_seek(easy) { context, offset, origin in
                guard let context = unsafe context, origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
                return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().seekBody(to: Int(offset))
                    ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
            })
        unsafe note(
            tollgate_easy_set_prerequest(easy) { context, _, _, _, _ in
                guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
                unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().noteSend()
                return CURL_PREREQFUNC_OK
            })
        return isFine
    }

    func apply(_ request: ExchangeRequest) -> CURLcode {
        let code = unsafe tollgate_easy_set_string(easy, CURLOPT_URL, request.url)
        guard code == CURLE_OK else { return code }
        _ = unsafe tollgate_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(0, request.timeouts.connect))
        applyMethod(request)
        applyHeaders(request)
        return CURLE_OK
    }

    private func applyMethod(_ request: ExchangeRequest) {
        let body = request.body ?? []
        let hasBody = request.body != nil || request.method == "POST" || request.method == "PUT"
        if hasBody {
            _ = unsafe tollgate_easy_set_long(easy, CURLOPT_NOBODY, 0)
            _ = unsafe tollgate_easy_set_long(easy, CURLOPT_POST, 1)
            _ = unsafe tollgate_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            if body.count <= Self.inlineBody {
                // libcurl reads a null pointer as "ask the read callback", which answers an empty body all the same.
                unsafe body.withUnsafeBytes { bytes in
                    _ = unsafe tollgate_easy_set_bytes(easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
                }
            } else {
                _ = unsafe tollgate_easy_set_bytes(easy, CURLOPT_POSTFIELDS, nil)
            }
        } else {
            _ = unsafe tollgate_easy_set_long(easy, CURLOPT_HTTPGET, 1)
            _ = unsafe tollgate_easy_set_long(easy, CURLOPT_NOBODY, request.method == "HEAD" ? 1 : 0)
        }
        let isPlain = request.method == (hasBody ? "POST" : "GET") || (!hasBody && request.method == "HEAD")
        _ = unsafe tollgate_easy_set_string(easy, CURLOPT_CUSTOMREQUEST, isPlain ? nil : request.method)
    }

    private func applyHeaders(_ request: ExchangeRequest) {
        var list: UnsafeMutablePointer<curl_slist>?
        // Headers libcurl would add by itself: a name and a bare colon takes one away.
        for name in ["Expect", "Accept", "Content-Type"]
        where !request.headers.contains(where: { equalIgnoringCase($0.0.utf8, name.utf8) }) {
            unsafe list = unsafe curl_slist_append(list, name + ":")
        }
        for (name, value) in request.headers {
            // A header without a value is written with a semicolon.
            unsafe list = unsafe curl_slist_append(list, value.isEmpty ? name + ";" : name + ": " + value)
        }
        unsafe setHeaders(list)
        _ = unsafe tollgate_easy_set_list(easy, CURLOPT_HTTPHEADER, list)
    }
}
