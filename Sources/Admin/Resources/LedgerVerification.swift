import Domain
import JSON
import ServiceLifecycle
import Storage
import Synchronization

/// What an audit of a ledger came to.
package struct LedgerVerdict: Hashable, Sendable {
    package var isClean: Bool
    /// An object, as the admin API answers it and the command prints it.
    package var json: [UInt8]

    package init(isClean: Bool, json: [UInt8]) {
        self.isClean = isClean
        self.json = json
    }

    package init(_ outcome: LedgerAudit.Outcome) {
        var writer = JSONWriter()
        writer.object { object in
            switch outcome {
            case .clean(let report):
                object.member("clean", true)
                object.member("entries", report.entries)
                object.member("organizations", report.organizations)
                object.member("open_runs", report.openRuns)
                object.member("head", report.head.description)
            case .fault(let sequence, let reason):
                object.member("clean", false)
                object.member("sequence", sequence)
                object.member("reason", reason)
            }
        }
        switch outcome {
        case .clean: self.init(isClean: true, json: writer.bytes)
        case .fault: self.init(isClean: false, json: writer.bytes)
        }
    }

    /// Of a file that cannot be read to its end.
    /// - Parameters:
    ///   - entry: the first one of which it is not known whether it can be read.
    ///   - restore: how to get the books back; nil where they may not be damaged.
    package init(unreadableFrom entry: UInt64, reason: String, restore: String?) {
        var writer = JSONWriter()
        writer.object { object in
            object.member("clean", false)
            object.member("sequence", entry)
            object.member("reason", reason)
            if let restore { object.member("restore", restore) }
        }
        self.init(isClean: false, json: writer.bytes)
    }
}

/// Reads the whole ledger and tells what is wrong with it, in a way in which no damage to its file harms this process.
/// Ends when its task is cancelled.
package typealias LedgerReading = @Sendable () async throws(ControlFault) -> LedgerVerdict

/// The ledger's audit. One at a time.
final class LedgerVerification: Sendable {
    private let ledger: Ledger
    private let reading: LedgerReading
    private let isRunning = Atomic(false)

    init(_ ledger: Ledger, _ reading: @escaping LedgerReading) {
        self.ledger = ledger
        self.reading = reading
    }

    func run() async throws(ControlFault) -> LedgerVerdict {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw ControlFault(.rateLimited, "the ledger is being verified already; try again when that is done")
        }
        defer { isRunning.store(false, ordering: .releasing) }
        // The server does not wait for it when it is to stop. A client that leaves leaves it to come to its end.
        let result = await cancelWhenGracefulShutdown { [reading] () -> Result<LedgerVerdict, ControlFault> in
            do throws(ControlFault) { return .success(try await reading()) } catch { return .failure(error) }
        }
        // A reader that did not end by itself keeps its place, and with it every page that was let go of since.
        try ledger.faulting { ledger throws(StorageError) in try ledger.environment.clearDeadReaders() }
        return try result.get()
    }
}

enum LedgerResource {
    static func verify(_ call: AdminCall) async throws(ControlFault) -> Reply {
        _ = try call.fields()
        return Reply(200, try await call.services.verification.run().json)
    }
}
