extension Setting {
    /// Whether a running server takes a new value at SIGHUP. The others size or place what was made at the start.
    var isLive: Bool { Self.live.contains(path) }

    static let live: Set<String> = [
        "prices", "gateway.maximum_connections", "gateway.maximum_body_bytes", "gateway.client_write_timeout_ms",
        "gateway.keep_alive_timeout_ms", "gateway.request_head_timeout_ms", "gateway.request_body_timeout_ms",
        "plans.cache_bytes", "idempotency.maximum_response_bytes", "upstream.connect_timeout_ms",
        "upstream.first_byte_timeout_ms", "upstream.idle_timeout_ms", "upstream.total_timeout_ms",
        "upstream.maximum_response_bytes", "upstream.maximum_header_bytes", "upstream.drain_after_disconnect_ms",
        "allowances.image", "allowances.audio", "allowances.file", "allowances.video", "allowances.tool_calls",
        "allowances.tool_results", "providers.*.base_url", "providers.*.dialect", "log.level", "drain.delay_ms",
        "drain.grace_ms",
    ]
}

/// What another configuration has otherwise, by the names of its keys.
struct ConfigurationChanges: Equatable {
    /// Taken at once.
    var live: [String] = []
    /// Taken at the next start.
    var afterRestart: [String] = []
}

extension Configuration {
    /// Takes over what can change in a running server, and answers what differed.
    mutating func take(_ other: Configuration) -> ConfigurationChanges {
        var changes = ConfigurationChanges()
        for setting in Setting.all {
            let isProviders = setting.parts.contains("*")
            let names = isProviders ? Set(providers.keys).union(other.providers.keys).sorted() : [""]
            for name in names where setting.text(name, self) != setting.text(name, other) {
                let key = setting.parts.map { $0 == "*" ? name : $0 }.joined(separator: ".")
                if setting.isLive {
                    setting.copy(name, other, &self)
                    changes.live.append(key)
                } else {
                    changes.afterRestart.append(key)
                }
            }
        }
        return changes
    }
}
