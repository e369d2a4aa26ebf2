/// Who has the data folder: one process at a time.
enum ProcessCheck: Check {
    static let name = "process"

    static func run(_ patient: Patient) -> [Finding] {
        switch patient.occupant {
        case .server(let pid): return [.ok("a server runs, process \(pid)")]
        case .somebody:
            return [
                .warning(
                    "another process has the data folder and says no ports",
                    mend: "a command may be at work, or a server that starts or ends: ask again, or find it by "
                        + "`fuser \(patient.configuration.folder.catalog)/lock`")
            ]
        case .nobody:
            guard patient.ports != nil else { return [.ok("no server runs")] }
            return [
                .warning(
                    "no server runs, and one that ended without tidying up left its ports",
                    mend: "its log says why it ended; `tollgate serve` tidies up by itself")
            ]
        }
    }
}
