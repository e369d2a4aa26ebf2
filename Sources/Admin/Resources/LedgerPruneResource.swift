import Domain
import JSON
import Security
import Storage
import Synchronization

/// Prunes of the ledger: one at a time, and off the cooperative pool where they read much.
final class LedgerPruning: Sendable {
    private let ledger: Ledger
    private let work = OneAtATime("tollgate.ledger.prune")
    private let isRunning = Atomic(false)

    init(_ ledger: Ledger) { self.ledger = ledger }

    func boundary(before time: Int64?) async throws(ControlFault) -> PruneBoundary {
        try await work.run("a prune") { [ledger] () throws(ControlFault) in
            try ledger.faulting { ledger throws(StorageError) in try ledger.pruneBoundary(before: time) }
        }
    }

    /// - Parameters:
    ///   - hash: of the entry before the boundary, as the archive has it.
    ///   - note: called once the ledger begins at the boundary, before anything is deleted.
    func run(
        to boundary: UInt64, hash: Digest, archive: String, at time: Int64, note: () async throws(ControlFault) -> Void
    ) async throws(ControlFault) -> PruneResult {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw ControlFault(.rateLimited, "a prune runs already; try again when that is done")
        }
        defer { isRunning.store(false, ordering: .releasing) }
        try await deleteRest()
        let bounds = try await self.boundary(before: nil)
        guard (bounds.first...bounds.boundary).contains(boundary) else { return .outOfBounds(bounds) }
        if boundary == bounds.first {
            guard try begins(at: boundary, hash) else { return .otherBooks }
            if boundary > 1 { try await note() }
            return .pruned(entries: 0)
        }
        let plan = try await work.run("a prune") { [ledger] () throws(ControlFault) in
            try ledger.faulting { ledger throws(StorageError) in try ledger.prunePlan(to: boundary, hash: hash) }
        }
        guard let plan else { return .otherBooks }
        do throws(StorageError) {
            guard try await ledger.apply(plan, archive: archive, at: time) else { return .outOfBounds(bounds) }
        } catch { throw ControlFault(ledger: error) }
        try await note()
        try await deleteRest()
        return .pruned(entries: boundary - bounds.first)
    }

    private func begins(at first: UInt64, _ hash: Digest) throws(ControlFault) -> Bool {
        let page = try ledger.faulting { ledger throws(StorageError) in try ledger.archivePage(after: first - 1) }
        return (try? page.get())?.segment.before.hash == hash
    }

    /// Goes on with the deletions of a prune that was cut off.
    func finish() async throws(ControlFault) {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else { return }
        defer { isRunning.store(false, ordering: .releasing) }
        try await deleteRest()
    }

    private func deleteRest() async throws(ControlFault) {
        do throws(StorageError) { while !Task.isCancelled, try await ledger.deletePruned() {} } catch {
            throw ControlFault(ledger: error)
        }
    }
}

enum LedgerPruneResource {
    private static let maximumArchiveBytes = 1_000

    /// Where a prune would begin the ledger; changes nothing.
    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        guard let bound = call.query["before"].flatMap({ EntryBound($0) }), let time = bound.time else {
            throw .invalid("before must be a day as 2026-11-21 or a time of RFC 3339: ?before=")
        }
        let found = try await call.services.pruning.boundary(before: time)
        return Reply { object in
            object.member("first", found.first)
            object.member("boundary", found.boundary)
            object.member("entries", found.boundary - found.first)
            object.member("limited_by", found.limit.rawValue)
        }
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["boundary", "hash", "archive"])
        let boundary = try fields.integer("boundary", minimum: 1, as: UInt64.self)
        guard let hash = Digest(hexadecimal: try fields.string("hash")) else {
            throw .invalid("hash must be 64 hexadecimal digits", at: "/hash")
        }
        let archive = try fields.string("archive", maximumBytes: maximumArchiveBytes)
        let result = try await call.services.pruning.run(
            to: boundary, hash: hash, archive: archive, at: call.now.milliseconds
        ) { () throws(ControlFault) in try await note(boundary, hash, archive, call) }
        switch result {
        case .otherBooks:
            throw ControlFault(
                .revisionConflict, "entry \(boundary - 1) has another hash: the archive is not of this ledger")
        case .outOfBounds(let bounds):
            throw ControlFault(
                .revisionConflict,
                "the ledger begins at entry \(bounds.first) and can be pruned up to entry \(bounds.boundary) now")
        case .pruned(let entries):
            return Reply { object in
                object.member("first", boundary)
                object.member("pruned", entries)
            }
        }
    }

    /// Puts the prune into the audit log, unless it is there: the time before may have ended between the two.
    private static func note(
        _ boundary: UInt64, _ hash: Digest, _ archive: String, _ call: AdminCall
    ) async throws(ControlFault) {
        let key = "prune/\(boundary)"
        let change = Change(
            actor: call.caller.id, at: call.now,
            idempotency: Idempotency(scope: "ledger", key: key, fingerprint: sha256(key)))
        let event = AuditEvent(
            "ledger.prune", "/api/v1/ledger/prune", organization: nil,
            ["first": String(boundary), "hash": hash.description, "archive": archive])
        try await call.store.note(event, by: change)
    }
}
