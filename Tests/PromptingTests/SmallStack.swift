import Foundation

/// Whether scripts/check runs this: for what a sanitizer makes too large, or repeats without seeing more.
let isSanitized = ProcessInfo.processInfo.environment["SANITIZER_REPORTS"] != nil

/// The smallest stack of a thread of ours. A sanitizer makes frames many times as large, and threads of the product are
/// given no small ones then: the tests still run the code, and the plain run holds the bound.
enum SmallStack {
    static let bytes = isSanitized ? 32 << 20 : 512 << 10
}
