import Foundation

/// The smallest stack of a thread of ours. A sanitizer makes frames many times as large, and threads of the product are
/// given no small ones then: the tests still run the code, and the plain run holds the bound.
enum SmallStack {
    static let bytes =
        ProcessInfo.processInfo.environment["SANITIZER_REPORTS"] == nil ? 512 << 10 : 32 << 20
}
