import CLMDB
import Glibc

/// Carries a closure to the thread that alone will run it.
private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

/// Runs `run` on a new thread, which ends with it. No Dispatch queue: its threads are of a pool that can be used up,
/// and a store whose writer waits for one answers nothing.
/// - Parameter name: fifteen bytes of it are kept.
func startWriterThread(name: String, _ run: @escaping @Sendable () -> Void) throws(StorageError) {
    let body = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: run))
    var thread = pthread_t()
    let status = unsafe pthread_create(
        &thread, nil,
        { argument in
            // The one argument is the body retained above: never nil, and balanced here.
            let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue()
            _ = unsafe tollgate_name_writer(body.name)
            // Signals are for the main thread.
            var all = sigset_t()
            unsafe sigfillset(&all)
            unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
            body.run()
            return nil
        }, unsafe body.toOpaque())
    guard status == 0 else {
        unsafe body.release()
        throw StorageError(code: status, "start the writer's thread")
    }
    pthread_detach(thread)
}
