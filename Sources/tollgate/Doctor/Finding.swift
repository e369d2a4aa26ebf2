/// One thing that `tollgate doctor` found. Holds no secret.
struct Finding: Equatable, Sendable {
    enum Level: String, Sendable { case ok, warning, error }

    var level: Level
    var what: String
    /// How to mend it; empty where nothing is wrong.
    var mend = ""

    static func ok(_ what: String) -> Finding { Finding(level: .ok, what: what) }

    static func warning(_ what: String, mend: String) -> Finding { Finding(level: .warning, what: what, mend: mend) }

    static func error(_ what: String, mend: String) -> Finding { Finding(level: .error, what: what, mend: mend) }
}

/// One part of the examination. It looks at what was gathered and at the machine, changes nothing, and waits for
/// nobody.
protocol Check: SendableMetatype {
    /// A word or two, the same every time.
    static var name: String { get }
    static func run(_ patient: Patient) -> [Finding]
}
