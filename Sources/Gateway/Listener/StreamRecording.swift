import NIOHTTP1

/// A streamed response so far, for those who will ask for it again.
struct StreamRecording {
    /// Larger ones are not kept, and take no memory for it.
    let maximumBytes: Int
    var headers: HTTPHeaders = [:]
    /// Nil: too large.
    private(set) var bytes: [UInt8]? = []

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    mutating func append(_ more: [UInt8]) {
        guard let count = bytes?.count else { return }
        if count + more.count <= maximumBytes { bytes?.append(contentsOf: more) } else { bytes = nil }
    }
}
