import CFuzzer
import Fuzz
import Glibc

/// `fuzz TARGET [LIBFUZZER'S ARGUMENTS]`: one target under libFuzzer. Built only by `scripts/fuzz`.
@main struct FuzzDriver {
    // Written once, before libFuzzer starts, which calls back on this thread alone.
    nonisolated(unsafe) static var target: FuzzTarget?

    static func main() {
        var arguments = CommandLine.arguments
        let name = arguments.count > 1 ? arguments.remove(at: 1) : ""
        target = FuzzTarget.all.first { $0.name == name }
        guard target != nil else {
            for target in FuzzTarget.all { print(target.name) }
            exit(name.isEmpty ? 0 : 2)
        }
        // Lives as long as the process: libFuzzer keeps the pointers.
        let argv = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
        for (index, argument) in arguments.enumerated() { argv[index] = strdup(argument) }
        argv[arguments.count] = nil
        var count = Int32(arguments.count)
        var pointer = argv
        exit(
            LLVMFuzzerRunDriver(&count, &pointer) { bytes, count in
                do {
                    try FuzzDriver.target?.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
                } catch {
                    // A trap is what libFuzzer takes for a finding.
                    fatalError("\(error)")
                }
                return 0
            })
    }
}
