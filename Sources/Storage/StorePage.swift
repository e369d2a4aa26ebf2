import Measures

/// One store's part of the metrics.
package struct StorePage: Sendable {
    package var name: String
    package var store: StoreFigures
    package var writer: WriterFigures

    package init(name: String, store: StoreFigures, writer: WriterFigures) {
        self.name = name
        self.store = store
        self.writer = writer
    }

    /// Writes the families of all stores, each store under its label; `docs/metrics.md` says what each means.
    package static func write(_ stores: [StorePage], to page: inout Exposition) {
        page.counter("tollgate_store_commits_total", "Transactions written, by store.") { samples in
            for store in stores { samples.add(["store": store.name], store.writer.commits) }
        }
        page.counter("tollgate_store_commits_failed_total", "Transactions that could not be written.") { samples in
            for store in stores { samples.add(["store": store.name], store.writer.failedCommits) }
        }
        page.histogram("tollgate_store_commit_seconds", "Time of a commit with its sync.") { samples in
            for store in stores { samples.add(["store": store.name], store.writer.commitTime) }
        }
        page.histogram("tollgate_store_commit_changes", "Changes that shared a commit.") { samples in
            for store in stores { samples.add(["store": store.name], store.writer.batch) }
        }
        page.gauge("tollgate_store_writes_waiting", "Changes that wait for their turn.") { samples in
            for store in stores { samples.add(["store": store.name], store.writer.waiting) }
        }
        page.gauge("tollgate_store_map_bytes", "The most that the store's file can grow to.") { samples in
            for store in stores { samples.add(["store": store.name], store.store.mapBytes) }
        }
        page.gauge("tollgate_store_map_used_bytes", "What the store's pages take of that.") { samples in
            for store in stores { samples.add(["store": store.name], store.store.usedBytes) }
        }
        page.gauge("tollgate_store_disk_free_bytes", "Room left on the store's file system.") { samples in
            for store in stores { samples.add(["store": store.name], store.store.diskFreeBytes) }
        }
        page.gauge("tollgate_store_readers", "Reader slots taken; they are kept for the next reader.") { samples in
            for store in stores { samples.add(["store": store.name], store.store.readers) }
        }
    }
}
