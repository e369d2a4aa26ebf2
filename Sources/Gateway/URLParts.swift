/// The parts of an absolute URL of `http` or `https`, as they are sent.
struct URLParts {
    /// In lower case.
    var scheme = ""
    /// Host and port, the port left out where it is the scheme's own.
    var authority = ""
    var path = "/"
    /// Without the question mark.
    var query = ""

    /// - Parameter url: without user name and fragment.
    init(_ url: String) {
        let bytes = url.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
            return
        }
        scheme = url[..<colon].lowercased()
        let rest = url[colon...].dropFirst(3)
        let target = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        authority = String(rest[..<target])
        for (name, port) in [("https", ":443"), ("http", ":80")] where scheme == name && authority.hasSuffix(port) {
            authority.removeLast(port.utf8.count)
        }
        let end = rest[target...].firstIndex(of: "?") ?? rest.endIndex
        if target < end { path = String(rest[target..<end]) }
        query = String(rest[end...].dropFirst())
    }

    /// Without the port, in lower case.
    var host: String {
        let end = authority.lastIndex { $0 == ":" || $0 == "]" }
        guard let end, authority[end] == ":" else { return authority.lowercased() }
        return authority[..<end].lowercased()
    }
}
