/// Why a command did not do what it was asked: one line that says what to do. Exit code 1.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
