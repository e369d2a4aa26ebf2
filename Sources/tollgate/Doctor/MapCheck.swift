import Glibc

/// The address space reserved for the stores can be had, and is not used up.
enum MapCheck: Check {
    static let name = "map"

    static func run(_ patient: Patient) -> [Finding] {
        let configuration = patient.configuration
        let stores = [
            ("catalog", configuration.folder.catalog, configuration.catalog.mapBytes),
            ("ledger", configuration.folder.ledger, configuration.ledger.mapBytes),
        ]
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        let wanted = stores.map(\.2).reduce(0, +)
        var findings: [Finding] = []
        if limit.rlim_cur != .max, Int(clamping: limit.rlim_cur) < wanted {
            findings.append(
                .error(
                    "this process may have \(limit.rlim_cur >> 20) MiB of addresses, the maps want \(wanted >> 20)",
                    mend: "`ulimit -v unlimited`, or lower ledger.map_bytes and catalog.map_bytes"))
        }
        for (name, folder, map) in stores {
            var status = stat()
            guard stat(folder + "/data.mdb", &status) == 0 else { continue }
            findings.append(finding(name, used: Int(status.st_size), map: map))
        }
        return findings
    }

    static func finding(_ name: String, used: Int, map: Int) -> Finding {
        let share = used / max(1, map / 100)
        let what = "\(name): \(share) % of \(name).map_bytes (\(ByteSize.text(map))) in use"
        let mend = "raise \(name).map_bytes and restart: it reserves addresses, not memory or disk"
        if share >= 95 { return .error(what, mend: mend) }
        return share >= 80 ? .warning(what, mend: mend) : .ok(what)
    }
}
