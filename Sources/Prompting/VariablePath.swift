/// The path of a variable in a run's input: `customer.name`, `items.0.title`.
struct VariablePath: Hashable, Sendable {
    /// As written, white space left out: what errors and `variables` name.
    let text: String
    let segments: [Segment]

    /// Two spellings that Unicode holds to be equivalent are two variables, as they are two names in JSON.
    static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    func hash(into hasher: inout Hasher) { hasher.combine(Array(text.utf8)) }

    struct Segment: Sendable {
        let name: String
        /// Set where the name is a decimal number and so can index an array.
        let index: Int?

        init(_ name: String) {
            self.name = name
            index = name.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ? Int(name) : nil
        }
    }

    init(_ segments: [String]) {
        text = segments.joined(separator: ".")
        self.segments = segments.map(Segment.init)
    }
}
