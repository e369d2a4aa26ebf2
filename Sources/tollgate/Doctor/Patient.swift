/// All that the checks look at, gathered beforehand.
struct Patient: Sendable {
    /// Who has the data folder open.
    enum Occupant: Equatable, Sendable {
        case nobody
        /// A running server, by its process id.
        case server(Int)
        /// A command, or a server that has not begun to listen.
        case somebody
    }

    var configuration: Configuration
    /// Nil: none.
    var file: String?
    var environment: [String: String]
    var occupant: Occupant
    /// The ports that a server wrote down.
    var ports: ListeningPorts?
    /// What is deployed, and with which keys; where it could not be learned, why not.
    var store: Result<StoreFacts, Finding.Reason>
    /// Whether each key was to be tried at its provider.
    var triesKeys = false
    /// What the providers' addresses answered.
    var probes: [ProviderProbe.Outcome] = []
    /// Milliseconds since 1970.
    var now: Int64
    /// How many files the system lets a process open at most.
    var descriptorLimit = OpenFiles.hardLimit
}

extension Finding {
    /// Why something could not be learned: one line, without secrets.
    struct Reason: Error, Equatable, Sendable {
        var text: String
        var mend: String
        /// False where it is no fault: there was just nobody to ask.
        var isFault = true
    }
}
