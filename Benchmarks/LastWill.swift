import Foundation

/// Sees to it that a program that was started ends when this one does, however that ends: a shell waits for the end of
/// its input, which is this process's to close, and then tells the program to stop. (Started programs are in process
/// groups of their own, so that not even Ctrl-C at a terminal reaches them.)
final class LastWill {
    private let input = Pipe()
    private let shell = Process()

    init(over process: Process) throws {
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "read -r _ || kill \(process.processIdentifier) 2>/dev/null"]
        shell.standardInput = input
        try shell.runTakingSignals()
    }

    /// To be called once the program has ended: its number may be another's by then.
    func revoke() {
        try? input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        shell.waitUntilExit()
    }
}
