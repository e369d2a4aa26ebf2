import Domain
import Storage

extension FuzzTarget {
    /// Names, ids and amounts: what is read is written as it was read, or in the one spelling it has.
    static let names = FuzzTarget(name: "names") { input in
        let text = String(decoding: input, as: UTF8.self)
        if case .named(let agent, let schema, let environment) = ModelReference(text) {
            try hold(Slug.isValid(agent), "an agent is named by a slug")
            try hold(environment.map(Slug.isValid) ?? true, "an environment is named by a slug")
            try hold(schema != 0, "schemas count from 1")
        }
        if Slug.isValid(text) {
            try hold(!input.contains { [0, 0x23, 0x2F].contains($0) }, "a slug can stand in paths and keys")
            try hold(Key(text).bytes == input + [0], "a slug is one part of a key")
        }
        if let id = RunID(text) {
            try hold(RunID(id.description) == id, "a run's id is read as it is written")
            try hold(id.description == text.lowercased(), "a run's id has one spelling")
        }
        if let bytes = Hexadecimal.decode(text) {
            try hold(Hexadecimal.encode(bytes) == text.lowercased(), "hexadecimal digits have one spelling")
            try hold((Digest(hexadecimal: text) != nil) == (bytes.count == Digest.byteCount), "a digest has 32 bytes")
        }
        if let amount = NanoCredits(decimal: text) {
            try hold(NanoCredits(decimal: amount.description) == amount, "an amount is read as it is written")
        }
    }
}
