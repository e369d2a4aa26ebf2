extension Setting {
    /// Every key, in the order of the documented file.
    static let all: [Setting] = general + listeners + stores + towardsProviders + allowances + operation

    private static let general = [
        Setting(
            "mode", .oneOf, \.mode,
            "Whether an organization's own provider keys are exempt from credits by themselves (self_hosted),\n"
                + "or only those that a platform owner marks (cloud)."),
        Setting(
            "data", .path, \.data, "The folder of everything that is kept. On a local disk: no network file system."),
        Setting(
            optional: "master_key_file", .path, \.masterKeyFile,
            "The file of the key that seals provider keys: 64 hexadecimal digits, mode 0600. Unset: master.key in\n"
                + "the data folder. The environment's TOLLGATE_MASTER_KEY (the digits themselves) wins over it."),
        Setting(
            optional: "prices", .path, \.prices,
            "The list of prices. Unset: prices.json beside this file, else config/prices.json, else the one installed\n"
                + "with the program."),
    ]

    private static let listeners = [
        Setting("gateway.host", .host, \.gateway.host, "The address that applications call."),
        Setting("gateway.port", .port, \.gateway.port, "0 takes a free one."),
        Setting(
            optional: "gateway.tls_certificate", .path, \.gateway.tlsCertificate,
            "A PEM file: the certificate of this port, and those up to its authority behind it. With it the port speaks\n"
                + "TLS 1.2 and up, HTTP/2 or HTTP/1.1 as the client chooses; without, cleartext HTTP/1.1."),
        Setting(
            optional: "gateway.tls_key", .path, \.gateway.tlsKey, "A PEM file: the private key of tls_certificate."),
        Setting(optional: "gateway.loops", .integer(1...64), \.gateway.loops, "Event loops. Unset: one a core."),
        Setting(
            "gateway.maximum_connections", .integer(1...1_000_000), \.gateway.maximumConnections,
            "Connections open at once; one more is closed at once."),
        Setting(
            "gateway.maximum_body_bytes", .bytes(1 << 10...1 << 30), \.gateway.maximumBodyBytes,
            "The largest request body; a larger one is answered with request_too_large."),
        Setting(
            "gateway.maximum_buffered_bytes", .bytes(1 << 20...1 << 40), \.gateway.maximumBufferedBytes,
            "Request bodies in memory at once, all connections together; over it requests are answered with overloaded."
        ),
        Setting(
            "gateway.request_head_timeout_ms", .milliseconds, \.gateway.requestHeadTimeout,
            "From the first byte of a request to the end of its head; also for a TLS handshake."),
        Setting(
            "gateway.request_body_timeout_ms", .milliseconds, \.gateway.requestBodyTimeout,
            "From a request's head to the end of its body. These two and the limits of heads (64 KiB, 100 headers) hold\n"
                + "on the admin port too."),
        Setting(
            "gateway.client_write_timeout_ms", .milliseconds, \.gateway.clientWriteTimeout,
            "How long a client may take nothing of its answer before it counts as gone."),
        Setting(
            "gateway.keep_alive_timeout_ms", .milliseconds, \.gateway.keepAliveTimeout,
            "How long an idle connection stays open."),
        Setting("admin.host", .host, \.admin.host, "The address of the admin API."),
        Setting("admin.port", .port, \.admin.port, "0 takes a free one."),
        Setting(
            optional: "admin.tls_certificate", .path, \.admin.tlsCertificate,
            "As gateway.tls_certificate, for this port."),
        Setting(optional: "admin.tls_key", .path, \.admin.tlsKey, "A PEM file: the private key of tls_certificate."),
        Setting(
            optional: "admin.client_ca_file", .path, \.admin.clientCAFile,
            "Certificates (PEM) that the commands trust instead of the system's when they call this port. Unset: where\n"
                + "tls_certificate is set, that very certificate, by whatever name or address the port is reached."),
    ]

    private static let stores = [
        Setting(
            "ledger.durability", .oneOf, \.ledger.durability,
            "strict: what was answered is on disk. relaxed: a crash loses what the last relaxed_commit_ms put on the books."
        ),
        Setting(
            "ledger.relaxed_commit_ms", .integer(1...10_000), \.ledger.relaxedCommit,
            "How long a change waits for the disk at most, when relaxed."),
        Setting(
            "ledger.map_bytes", .bytes(64 << 20...64 << 40), \.ledger.mapBytes,
            "Address space reserved for the ledger, and the most it can grow to. Costs nothing until used."),
        Setting(
            "ledger.disk_reserve_bytes", .bytes(0...1 << 40), \.ledger.diskReserve,
            "Room kept free on the disk (and, up to an eighth, in the map): with less, new runs get ledger_unavailable\n"
                + "and changes store_unavailable, while running ones are settled. It ends by itself when there is room."
        ),
        Setting(
            "ledger.interrupted_charge", .oneOf, \.ledger.interruptedCharge,
            "What a run that a crash cut off is charged when the server starts again: an estimate of its input, all of its\n"
                + "hold, or nothing. It is marked as interrupted, and as an estimate."),
        Setting(
            "idempotency.keep_ms", .integer(0...2_592_000_000), \.idempotency.keep,
            "How long the response of a run with an Idempotency-Key is kept in the ledger's store, for repeats under the\n"
                + "same key. 0 keeps none. The key itself is known as long, and a day at the least."),
        Setting(
            "idempotency.maximum_response_bytes", .bytes(1 << 10...1 << 30), \.idempotency.maximumResponseBytes,
            "The largest response kept."),
        Setting(
            "idempotency.maximum_total_bytes", .bytes(0...1 << 40), \.idempotency.maximumTotalBytes,
            "Of all kept responses together; the oldest go first."),
        Setting(
            "catalog.map_bytes", .bytes(64 << 20...64 << 40), \.catalog.mapBytes,
            "The same for agents, versions, deployments and tokens."),
        Setting(
            "plans.cache_bytes", .bytes(1 << 20...64 << 30), \.plans.cacheBytes,
            "Memory for versions made ready to run."),
    ]

    private static let towardsProviders = [
        Setting(
            "upstream.connect_timeout_ms", .milliseconds, \.upstream.connectTimeout,
            "For a connection to a provider, TLS included."),
        Setting(
            "upstream.first_byte_timeout_ms", .milliseconds, \.upstream.firstByteTimeout,
            "From the request to the first byte of the answer."),
        Setting(
            "upstream.idle_timeout_ms", .milliseconds, \.upstream.idleTimeout,
            "Between two pieces of an answer."),
        Setting("upstream.total_timeout_ms", .milliseconds, \.upstream.totalTimeout, "For a run as a whole."),
        Setting(
            "upstream.maximum_response_bytes", .bytes(1 << 10...1 << 30), \.upstream.maximumResponseBytes,
            "The largest answer taken from a provider."),
        Setting(
            "upstream.maximum_header_bytes", .bytes(1 << 10...1 << 20), \.upstream.maximumHeaderBytes,
            "The largest head of an answer taken from a provider."),
        Setting(
            "upstream.drain_after_disconnect_ms", .integer(0...3_600_000), \.upstream.drainAfterDisconnect,
            "How long a run whose client left goes on, to learn what it cost, before the provider is cut off."),
        Setting(
            optional: "upstream.ca_file", .path, \.upstream.caFile,
            "Certificates (PEM) to trust instead of the system's."),
        Setting(
            provider: "base_url", .url, \.baseURL,
            "Where the provider is, for one that is not built in, or stands elsewhere."),
        Setting(
            provider: "dialect", .dialect, \.dialect,
            "The built-in provider whose habits it has. Unset: its own where built in, else plain OpenAI's."),
    ]

    private static let allowances = [
        Setting(
            "allowances.image", .tokens, \.allowances.image,
            "Input tokens held for what the bytes of a request do not tell; docs/prices.md has where the figures come from.\n"
                + "For each image:"),
        Setting("allowances.audio", .tokens, \.allowances.audio, "For each sound that is only named."),
        Setting("allowances.file", .tokens, \.allowances.file, "For each file that is only named."),
        Setting("allowances.video", .tokens, \.allowances.video, "For each video."),
        Setting(
            "allowances.tool_calls", .tokens, \.allowances.toolCalls,
            "Calls of tools that the provider runs and bills by the call, for each choice of a run that asks for them."),
        Setting(
            "allowances.tool_results", .tokens, \.allowances.toolResults,
            "Input tokens that what they find adds, for each choice."),
    ]

    private static let operation = [
        Setting(
            "simulator.enabled", .flag, \.simulator.isEnabled,
            "Whether a simulated provider runs inside the server, as the provider \"simulated\"."),
        Setting("simulator.port", .port, \.simulator.port, "On the loopback address; 0 takes a free one."),
        Setting("simulator.latency_ms", .integer(0...600_000), \.simulator.latency, "Before an answer begins."),
        Setting("simulator.tokens", .integer(1...1_000_000), \.simulator.tokens, "Tokens in an answer."),
        Setting("simulator.token_delay_ms", .integer(0...600_000), \.simulator.tokenDelay, "Between two tokens."),
        Setting("simulator.faults", .faults, \.simulator.faults, "Faults to show, with how often."),
        Setting("simulator.seed", .integer(0...Int.max), \.simulator.seed, "Of the chance that chooses faults."),
        Setting(
            optional: "simulator.log", .path, \.simulator.log, "A file for its record of requests, a JSON line each."),
        Setting(
            "metrics.organizations", .integer(0...10_000), \.metrics.organizations,
            "How many organizations /metrics names with their credits, those with the least available first."),
        Setting("log.level", .oneOf, \.log.level, "The least that is logged."),
        Setting(
            "log.format", .oneOf, \.log.format, "text for people, json for machines; one line an entry, on stderr."),
        Setting(
            "drain.delay_ms", .integer(0...3_600_000), \.drain.delay,
            "How long the gateway, told to stop, goes on taking runs while it says that it is not ready: time for\n"
                + "load balancers to send them elsewhere."),
        Setting(
            "drain.grace_ms", .integer(0...3_600_000), \.drain.grace,
            "How long runs under way then have to end. A second SIGTERM or SIGINT cuts them off at once."),
    ]
}
