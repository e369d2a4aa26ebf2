import Foundation

extension Process {
    /// Starts it with no signal blocked. Dispatch's threads, on which this program runs, block nearly all of them, and
    /// a program inherits that from the thread that starts it: perf would not end when told to.
    func runTakingSignals() throws {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_UNBLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
