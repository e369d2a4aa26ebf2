import Domain
import Protocols

/// Access tokens that provider keys were exchanged for. One a loop, so without a lock; bounded, the least recently used go
/// first.
///
/// A token is renewed before it ends, by one run on behalf of all that come meanwhile: they use the old one while it
/// lasts, and else wait. Why there is none is told to all who wait, and for a moment to those who come after.
final class AccessTokens {
    /// A key's secret under its digest, so that another secret has a token of its own.
    struct Name: Hashable {
        var keyID: String
        var secret: Digest
    }

    /// Milliseconds before its end from which on a token is renewed, or half its life where that is shorter.
    private static let renewalLead: Int64 = 300_000
    /// Milliseconds for which a failure stands for what a further try would come to.
    private static let failureLife: Int64 = 1_000
    /// Milliseconds between two refused tokens of a key for which another is made: a provider that refuses all of them
    /// is not to double the requests for them.
    private static let refusalInterval: Int64 = 10_000

    private typealias Renewal = Result<GoogleAccessToken, GatewayError>

    private struct Entry {
        var token: GoogleAccessToken?
        /// Milliseconds since 1970, as are those that follow.
        var renewAt: Int64 = 0
        var usedAt: Int64 = 0
        var refusedAt: Int64?
        var failure: (error: GatewayError, at: Int64)?
        /// Who waits for the renewal under way; nil where there is none.
        var waiting: [CheckedContinuation<Renewal, Never>]?
    }

    private var entries: [Name: Entry] = [:]
    private let capacity: Int
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds since 1970.
    init(capacity: Int = 256, now: @escaping @Sendable () -> Int64) {
        self.capacity = capacity
        self.now = now
    }

    var count: Int { entries.count }

    /// A token that has not ended.
    /// - Parameter renew: asks for one; called where there is none that lasts.
    nonisolated(nonsending) func token(
        for name: Name, renew: nonisolated(nonsending) () async throws(GatewayError) -> GoogleAccessToken
    ) async throws(GatewayError) -> String {
        let time = now()
        let entry = used(name, at: time)
        let failure = entry.failure.flatMap { (0..<Self.failureLife).contains(time - $0.at) ? $0.error : nil }
        if let token = entry.token, token.expiresAt.milliseconds > time {
            if time < entry.renewAt || entry.waiting != nil || failure != nil { return token.value }
        } else if entry.waiting != nil {
            return try await withCheckedContinuation { entries[name]?.waiting?.append($0) }.get().value
        } else if let failure {
            throw failure
        }
        entries[name]?.waiting = []
        let renewal: Renewal
        do throws(GatewayError) { renewal = .success(try await renew()) } catch { renewal = .failure(error) }
        return try end(renewal, of: name).value
    }

    /// Takes note that the provider refused a token. Whether there is a point in another one: not where one was refused a
    /// moment ago.
    func refuse(_ token: String, of name: Name) -> Bool {
        // Others were refused the same one, and it is gone.
        guard var entry = entries[name], entry.token?.value == token else { return true }
        let time = now()
        if let last = entry.refusedAt, (0..<Self.refusalInterval).contains(time - last) { return false }
        entry.refusedAt = time
        entry.token = nil
        entries[name] = entry
        return true
    }

    private func end(_ renewal: Renewal, of name: Name) throws(GatewayError) -> GoogleAccessToken {
        let time = now()
        // It is there: what is being renewed is not let go of.
        var entry = entries[name] ?? Entry()
        let waiting = entry.waiting ?? []
        entry.waiting = nil
        switch renewal {
        case .success(let token):
            let end = token.expiresAt.milliseconds
            entry.token = token
            entry.renewAt = end - min(Self.renewalLead, max(0, end - time) / 2)
            entry.failure = nil
        case .failure(let error): entry.failure = (error, time)
        }
        entries[name] = entry
        for waiter in waiting { waiter.resume(returning: renewal) }
        // It was renewed early, and the old one still lasts.
        if case .failure = renewal, let token = entry.token, token.expiresAt.milliseconds > time { return token }
        return try renewal.get()
    }

    private func used(_ name: Name, at time: Int64) -> Entry {
        if let index = entries.index(forKey: name) {
            entries.values[index].usedAt = time
            return entries.values[index]
        }
        if entries.count >= capacity {
            let oldest = entries.filter { $0.value.waiting == nil }.min { $0.value.usedAt < $1.value.usedAt }
            if let oldest { entries[oldest.key] = nil }
        }
        let entry = Entry(usedAt: time)
        entries[name] = entry
        return entry
    }
}
