import Fuzz
import Glibc

/// The target that the environment's FUZZ_TARGET names. Where it names none, tells all names and ends the process.
let chosenTarget: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    if let target = FuzzTarget.all.first(where: { $0.name == name }) { return target }
    for target in FuzzTarget.all { print(target.name) }
    fflush(nil)
    // Not `exit`, which libFuzzer would take for a finding.
    _exit(name.isEmpty ? 0 : 2)
}()
