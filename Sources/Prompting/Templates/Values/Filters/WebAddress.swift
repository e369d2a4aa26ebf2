/// What `urlize` takes for an address.
enum WebAddress {
    /// `https://…`, `www.…`, or a name beneath one of a few top domains; a port, a path, a query may follow.
    static func isWeb(_ address: [UInt8]) -> Bool {
        let lowered = CaseMapping.lower(address)
        for scheme in ["https://", "http://"] where lowered.starts(with: scheme.utf8) {
            let host = host(lowered[scheme.utf8.count...])
            return isName(host) || isIPv4(host) || isIPv6(lowered[scheme.utf8.count...])
        }
        let host = host(lowered[...])
        if host.starts(with: "www.".utf8), isName(host.dropFirst(4)) { return true }
        return isKnownName(host)
    }

    /// What stands before the path, the query and the port.
    private static func host(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        let authority = rest[..<(end ?? rest.endIndex)]
        guard let colon = authority.lastIndex(of: UInt8(ascii: ":")) else { return authority }
        let port = authority[(colon + 1)...]
        let isPort = (1...5).contains(port.scalarCount) && Scalars(port).allSatisfy(\.isPythonDecimal)
        return isPort ? authority[..<colon] : authority
    }

    private static func labels(_ host: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        !label.isEmpty && Scalars(label).allSatisfy { $0.isWordCharacter || $0 == "%" || $0 == "-" }
    }

    private static func isName(_ host: ArraySlice<UInt8>) -> Bool {
        let labels = labels(host)
        guard let top = labels.last, labels.dropLast().allSatisfy(isLabel) else { return false }
        if (2...63).contains(top.count), top.allSatisfy({ (97...122).contains($0) }) { return true }
        guard top.starts(with: "xn--".utf8) else { return false }
        let rest = top.dropFirst(4)
        return (2...59).contains(rest.scalarCount) && Scalars(rest).allSatisfy { $0.isWordCharacter || $0 == "%" }
    }

    private static let topDomains: Set<[UInt8]> = Set(
        ["com", "net", "int", "edu", "gov", "org", "info", "mil"].map { Array($0.utf8) })

    private static func isKnownName(_ host: ArraySlice<UInt8>) -> Bool {
        let labels = labels(host)
        guard labels.count > 1, let top = labels.last, topDomains.contains(Array(top)) else { return false }
        return labels.dropLast().allSatisfy { isLabel($0) && (2...63).contains($0.scalarCount) }
    }

    private static func isIPv4(_ host: ArraySlice<UInt8>) -> Bool {
        let labels = labels(host)
        return labels.count == 4
            && labels.allSatisfy { (1...3).contains($0.scalarCount) && Scalars($0).allSatisfy(\.isPythonDecimal) }
    }

    /// `[2001:db8::1]`, as loosely as Jinja2 looks at it.
    private static func isIPv6(_ rest: ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
        let behind = rest[(end + 1)...]
        switch behind.first {
        case nil, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): break
        case UInt8(ascii: ":"): guard host(behind).isEmpty else { return false }
        case _: return false
        }
        var groups = rest[(rest.startIndex + 1)..<end]
        func takeGroup() -> Bool {
            let digits = groups.prefix(4).prefix { (48...57).contains($0) || (97...102).contains($0) }
            groups = groups.dropFirst(digits.count)
            guard groups.first == UInt8(ascii: ":") else { return false }
            groups = groups.dropFirst()
            return true
        }
        guard takeGroup(), takeGroup() else { return false }
        for _ in 0..<6 {
            if groups.isEmpty { return true }
            _ = takeGroup()
        }
        return groups.isEmpty
    }

    static func isMail(_ address: ArraySlice<UInt8>) -> Bool {
        guard let at = address.lastIndex(of: UInt8(ascii: "@")), at > address.startIndex else { return false }
        let domain = address[(at + 1)...]
        guard let dot = domain.lastIndex(of: UInt8(ascii: ".")), dot > domain.startIndex else { return false }
        let top = Scalars(domain[(dot + 1)...])
        var name = Scalars(domain[..<dot])
        guard domain.endIndex > dot + 1, top.allSatisfy(\.isWordCharacter) else { return false }
        guard let first = name.next(), first.isWordCharacter else { return false }
        while let scalar = name.next() {
            guard scalar.isWordCharacter || scalar == "." || scalar == "-" else { return false }
        }
        return true
    }
}
