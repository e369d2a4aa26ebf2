import CLMDB
import Glibc

/// Carries a closure to the thread that alone will run it.
private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> ThreadEnd

    init(name: String, run: @escaping @Sendable () -> ThreadEnd) {
        self.name = name
        self.run = run
    }

    /// On the thread, with the signals for the main thread masked.
    /// - Parameter argument: the body, retained, which lives no longer than this.
    static func run(_ argument: UnsafeMutableRawPointer?) -> ThreadEnd {
        // The one argument is the body that `startWriterThread` retained: never nil, and balanced here.
        let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue()
        _ = unsafe tollgate_name_writer(body.name)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
        return body.run()
    }
}

/// What a thread does last, when it holds nothing of its owner any more: whoever is told so may open the folder anew.
typealias ThreadEnd = @Sendable () -> Void

/// Runs `run` on a new thread, which ends with it. No Dispatch queue: its threads are of a pool that can be used up,
/// and a store whose writer waits for one answers nothing.
/// - Parameter name: fifteen bytes of it are kept.
func startWriterThread(name: String, _ run: @escaping @Sendable () -> ThreadEnd) throws(StorageError) {
    let body = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: run))
    var thread = pthread_t()
    let status = unsafe pthread_create(
        &thread, nil,
        { argument in
            let end = unsafe ThreadBody.run(argument)
            end()
            return nil
        }, unsafe body.toOpaque())
    guard status == 0 else {
        unsafe body.release()
        throw StorageError(code: status, "start the writer's thread")
    }
    pthread_detach(thread)
}
