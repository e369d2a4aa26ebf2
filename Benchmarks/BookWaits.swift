import Foundation
import Storage
import Synchronization

/// What a strict run waits for its hold, in commits that ended while it waited: its own is one of them. And in
/// milliseconds, which are the disk's.
func measureWait(in folder: String, concurrency: Int, holds: Int, _ report: inout Report) async throws {
    let folder = "\(folder)-\(concurrency)"
    try? FileManager.default.removeItem(atPath: folder)
    let books = try await BookRuns(folder: folder)
    let waits = Mutex<[(commits: Int, milliseconds: Double)]>([])
    try await books.each(holds, concurrency: concurrency) { number in
        let run = BookRuns.run(number)
        let clock = ContinuousClock()
        let (begin, commits) = (clock.now, books.ledger.figures.commits.count)
        try await books.hold(run)
        let wait = (Int(books.ledger.figures.commits.count - commits), (clock.now - begin).nanoseconds / 1e6)
        waits.withLock { $0.append(wait) }
    }
    await books.ledger.close()
    try FileManager.default.removeItem(atPath: folder)
    let all = waits.withLock { $0 }
    let commits = all.map(\.commits).sorted()
    let name = "wait of a hold, \(concurrency) at once"
    report.add("\(name): median", Double(commits[commits.count / 2]), "commits")
    report.add("\(name): 99 of 100", Double(commits[commits.count * 99 / 100]), "commits")
    report.add("\(name): median", median(all.map(\.milliseconds)), "ms")
}
