import Domain
import Storage
import NIOConcurrencyHelpers

/// The control store in the catalog's own LMDB environment: a change, its publication and its audit entry are one
/// transaction.
package final class EmbeddedControlStore: ControlStore {
    let catalog: Catalog
    let mode: ServiceMode
    var tables: CatalogTables { catalog.tables }

    package init(_ catalog: Catalog, mode: ServiceMode) {
        self.catalog = catalog
        self.mode = mode
    }

    /// Runs `body` on a snapshot. It must be short: it holds old pages back.
    func read<R>(_ body: (borrowing ReadTransaction) throws -> R) throws(ControlFault) -> R {
        let result: Result<R, ControlFault>
        do throws(StorageError) {
            result = try catalog.environment.read { transaction throws(StorageError) in
                do { return .success(try body(transaction)) } catch { return .failure(ControlFault(any: error)) }
            }
        } catch { throw ControlFault(error) }
        return try result.get()
    }

    /// Runs `body` on the writer's thread, perhaps twice. If it throws, nothing of it is kept.
    func write<R: Sendable>(
        _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> R
    ) async throws(ControlFault) -> R {
        let refusal = NIOLockedValueBox<ControlFault?>(nil)
        do throws(StorageError) {
            return try await catalog.writer.perform { transaction throws(StorageError) in
                do { return try body(transaction) } catch {
                    refusal.withLockedValue { $0 = ControlFault(any: error) }
                    throw StorageError(.failed, "refused change")
                }
            }
        } catch {
            throw refusal.withLockedValue { $0 } ?? ControlFault(error)
        }
    }

    /// Like `write`, for what creates: under an idempotency key that was used it answers what was answered then.
    func create<Value: JSONRecord>(
        _ change: Change, _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Created<Value>
    ) async throws(ControlFault) -> Created<Value> {
        let tables = tables
        return try await write { transaction in
            if let kept = try transaction.keptAnswer(tables, change) {
                return Created(try Value(stored: kept.answer), isNew: kept.wasNew)
            }
            let created = try body(transaction)
            try transaction.keep(tables, change, answer: created.value.json, isNew: created.isNew)
            return created
        }
    }

    /// Like `write`, for what changes a thing that is there.
    /// - Parameters:
    ///   - body: changes it.
    ///   - keeping: what of the outcome is kept under the change's idempotency key.
    ///   - repeated: the outcome again, from what was kept.
    func amend<R: Sendable, Kept: JSONRecord>(
        _ change: Change, keeping: @escaping @Sendable (R) -> Kept,
        repeated: @escaping @Sendable (borrowing WriteTransaction, Kept) throws -> R,
        _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> R
    ) async throws(ControlFault) -> R {
        let tables = tables
        return try await write { transaction in
            if let kept = try transaction.keptAnswer(tables, change) {
                return try repeated(transaction, try Kept(stored: kept.answer))
            }
            let outcome = try body(transaction)
            try transaction.keep(tables, change, answer: keeping(outcome).json, isNew: false)
            return outcome
        }
    }

    package func note(_ event: AuditEvent, by change: Change) async throws(ControlFault) {
        let tables = tables
        try await write { transaction in
            if try transaction.keptAnswer(tables, change) != nil { return }
            try transaction.audit(tables, change, event)
            try transaction.keep(tables, change, answer: Array("{}".utf8), isNew: true)
        }
    }
}

extension ControlFault {
    init(any error: any Error) {
        switch error {
        case let fault as ControlFault: self = fault
        case let error as StorageError: self.init(error)
        case _: self.init(.internalError, "the change failed")
        }
    }
}
