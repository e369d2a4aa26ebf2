/// One thing wrong with the configuration. It names the place and the key, never the value: a secret may have been
/// put into the wrong one.
struct ConfigurationFault: Error, Equatable, CustomStringConvertible {
    enum Origin: Equatable {
        /// The line counts from 1; nil where none is to blame.
        case file(String, line: Int?)
        /// The variable's name.
        case environment(String)
    }

    var origin: Origin
    /// As in the file; nil where the fault is not one key's.
    var key: String?
    var reason: String

    var description: String {
        switch origin {
        case .file(let file, let line):
            let place = line.map { "\(file):\($0)" } ?? file
            return key.map { "\(place): \($0): \(reason)" } ?? "\(place): \(reason)"
        case .environment(let name): return "\(name): \(reason)"
        }
    }
}

/// All that is wrong with the configuration, in the order of the places.
struct ConfigurationFaults: Error, Equatable, CustomStringConvertible {
    var faults: [ConfigurationFault]

    var description: String { faults.map(\.description).joined(separator: "\n") }
}
