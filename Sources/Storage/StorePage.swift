import Measures

/// The stores' part of the metrics: each family once, each store under its label. `docs/metrics.md` says what each means.
package struct StorePage {
    /// Name -> what it shows.
    private let stores: KeyValuePairs<String, StoreFigures>

    package init(_ stores: KeyValuePairs<String, StoreFigures>) { self.stores = stores }

    package func write(to page: inout Exposition) {
        counter("tollgate_store_commits_total", "Transactions written, by store.", \.commits.count, &page)
        counter(
            "tollgate_store_commits_failed_total", "Transactions that could not be written.", \.commits.failed, &page)
        histogram("tollgate_store_commit_seconds", "Time of a commit with its sync.", \.commits.time, &page)
        histogram("tollgate_store_commit_changes", "Changes that shared a commit.", \.commits.batch, &page)
        gauge("tollgate_store_writes_waiting", "Changes that wait for their turn.", \.waiting, &page)
        gauge("tollgate_store_settles_pending", "Settles not written yet, tried again.", \.pendingSettles, &page)
        counter("tollgate_store_refused_total", "New work refused for want of room or by a fault.", \.refused, &page)
        page.gauge("tollgate_store_writable", "1 while new work is taken.") { samples in
            for (name, figures) in stores { samples.add(["store": name], figures.state.takesNewWork ? 1 : 0) }
        }
        gauge("tollgate_store_map_bytes", "The most that the store's file can grow to.", \.mapBytes, &page)
        gauge("tollgate_store_map_used_bytes", "What the store's pages take of that.", \.usedBytes, &page)
        gauge("tollgate_store_disk_free_bytes", "Room left on the store's file system.", \.diskFreeBytes, &page)
        gauge("tollgate_store_readers", "Reader slots taken; they are kept for the next reader.", \.readerSlots, &page)
    }

    private func counter(
        _ family: String, _ help: String, _ value: KeyPath<StoreFigures, UInt64>, _ page: inout Exposition
    ) {
        page.counter(family, help) { samples in
            for (name, figures) in stores { samples.add(["store": name], figures[keyPath: value]) }
        }
    }

    private func gauge(
        _ family: String, _ help: String, _ value: KeyPath<StoreFigures, Int>, _ page: inout Exposition
    ) {
        page.gauge(family, help) { samples in
            for (name, figures) in stores { samples.add(["store": name], figures[keyPath: value]) }
        }
    }

    private func histogram(
        _ family: String, _ help: String, _ value: KeyPath<StoreFigures, Histogram>, _ page: inout Exposition
    ) {
        page.histogram(family, help) { samples in
            for (name, figures) in stores { samples.add(["store": name], figures[keyPath: value]) }
        }
    }
}
