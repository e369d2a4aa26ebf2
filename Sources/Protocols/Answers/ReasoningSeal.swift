import JSON

/// What a provider wants back with its reasoning (a signature, an encrypted thought) means nothing to another one. On its
/// way to a client of another protocol it is marked with whose it is, so that it goes back there and nowhere else.
package enum ReasoningSeal {
    private static let mark = "tollgate."

    /// As a client of another protocol gets it.
    package static func seal(_ opaque: JSONText, of origin: WireProtocol) -> JSONText {
        .utf8(Array("\(mark)\(origin.rawValue).".utf8) + opaque.utf8)
    }

    /// What a client sent back, where it is of the protocol that it is to go to.
    /// - Parameter spoken: the client's own protocol: whose unmarked ones are.
    package static func open(_ sealed: JSONText, spokenIn spoken: WireProtocol, for target: WireProtocol) -> JSONText? {
        let bytes = sealed.utf8
        guard bytes.starts(with: mark.utf8) else { return spoken == target ? sealed : nil }
        let prefix = Array("\(mark)\(target.rawValue).".utf8)
        return bytes.starts(with: prefix) ? .utf8(Array(bytes.dropFirst(prefix.count))) : nil
    }

    /// Whether it is marked with whose it is.
    static func isSealed(_ opaque: [UInt8]) -> Bool { opaque.starts(with: mark.utf8) }

    /// Whether raw JSON has a marked one somewhere.
    package static func isMarked(_ json: ArraySlice<UInt8>) -> Bool {
        json.firstRange(of: Array("\"\(mark)".utf8)) != nil
    }
}
