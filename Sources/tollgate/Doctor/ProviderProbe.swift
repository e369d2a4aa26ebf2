import Protocols
import Transport

/// Asks a provider's address for its list of models, which costs nothing: without a key, to learn whether it can be
/// reached; with one, whether the provider takes the key.
struct ProviderProbe: Sendable {
    enum Answer: Sendable {
        case status(Int)
        case failed(TransportError.Kind)
    }

    struct Outcome: Sendable {
        var provider: String
        /// The base of its API; nil where it has none.
        var url: String?
        /// Nil: asked without a key.
        var keyID: String?
        var answer: Answer?
        /// Milliseconds by which the provider's clock was ahead of ours, where it told its time.
        var clockLead: Int64?
    }

    /// Milliseconds for one answer, connection and all.
    static let timeouts = Timeouts(connect: 5_000, firstByte: 5_000, idle: 5_000, total: 5_000)
    /// Bytes; a list of models can be long, and its status is all that counts.
    private static let maximumAnswer = 4 << 20
    /// Probes that run at once.
    private static let window = 32

    var dialect: ProviderDialect
    var base: String?
    var key: StoreFacts.Key?

    func run(_ lane: Lane) async -> Outcome {
        var outcome = Outcome(provider: dialect.name, url: base, keyID: key?.id)
        guard let base else { return outcome }
        var headers = [("User-Agent", "tollgate")]
        // A cloud's key is no header's value, and its private part is for nobody else.
        if let secret = key?.secret, dialect.platform == nil {
            headers.append((dialect.keyHeader, dialect.keyPrefix + secret.text))
        }
        let request = ExchangeRequest(
            method: "GET", url: base + "/models", headers: headers, timeouts: Self.timeouts)
        do throws(TransportError) {
            let (head, _) = try await lane.fetch(request, maximumBytes: Self.maximumAnswer)
            outcome.answer = .status(head.status)
            outcome.clockLead = head["date"].flatMap(Self.seconds).map { $0 * 1_000 - WallClock.milliseconds() }
        } catch {
            outcome.answer = .failed(error.kind)
        }
        return outcome
    }

    /// Seconds since 1970 of HTTP's way to write a time (RFC 9110, section 5.6.7), as all servers send it today.
    static func seconds(_ date: String) -> Int64? {
        let words = date.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = UInt32(words[1]), let year = UInt32(words[3]),
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int64($0) }
        guard time.count == 3 else { return nil }
        let days = PriceListCheck.days(year * 10_000 + UInt32(month + 1) * 100 + day)
        return Int64(days) * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension ProviderProbe {
    /// One for each provider that has keys, an address of its own or a deployment; with `usesKeys`, one for each key.
    static func all(
        _ configuration: Configuration, _ store: StoreFacts?, simulatorPort: Int?, usesKeys: Bool
    ) -> [ProviderProbe] {
        let settings = configuration.gatewaySettings(loops: 1, simulatorPort: simulatorPort)
        let keys = store?.keys.filter(\.isActive) ?? []
        let names = Set(keys.map(\.provider)).union(settings.providerBaseURLs.keys)
            .union(store?.uses.keys.map(\.model.provider) ?? [])
        return names.sorted().flatMap { name -> [ProviderProbe] in
            let dialect = ProviderDialect.named(name, habitsOf: settings.providerDialects[name])
            let base = settings.providerBaseURLs[name] ?? dialect.baseURL
            let own = usesKeys && dialect.platform == nil ? keys.filter { $0.provider == name && $0.secret != nil } : []
            var probe = ProviderProbe(dialect: dialect, base: base)
            // What is asked for is told by the provider's name, also where its habits are another's.
            probe.dialect.name = name
            guard !own.isEmpty else { return [probe] }
            return own.map { key in
                var probe = probe
                probe.key = key
                return probe
            }
        }
    }

    /// A window of them at once, each within its time: a folder may have thousands of keys.
    static func run(_ probes: [ProviderProbe], caFile: String?) async throws -> [Outcome] {
        guard !probes.isEmpty else { return [] }
        let lane = try Lane(name: "tollgate.doctor", configuration: .init(caFile: caFile))
        let outcomes = await withTaskGroup(of: (Int, Outcome).self) { group in
            var waiting = probes.enumerated().makeIterator()
            for _ in 0..<window {
                guard let (index, probe) = waiting.next() else { break }
                group.addTask { (index, await probe.run(lane)) }
            }
            var found: [(Int, Outcome)] = []
            for await outcome in group {
                found.append(outcome)
                if let (index, probe) = waiting.next() { group.addTask { (index, await probe.run(lane)) } }
            }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        await lane.close()
        return outcomes
    }
}
