/// A conversation's calls by their numbers, found again by what answers them, however many there are.
struct CallPairing {
    private var isAnswered: [Bool] = []
    private var ofID: [[UInt8]: ArraySlice<Int>] = [:]
    private var ofName: [[UInt8]: ArraySlice<Int>] = [:]

    mutating func add(id: JSONText, name: JSONText) {
        ofID[id.utf8, default: []].append(isAnswered.count)
        ofName[name.utf8, default: []].append(isAnswered.count)
        isAnswered.append(false)
    }

    /// The number of the first open call of the id, or where all are answered of its last one; where there is none, of
    /// the first open call of the name.
    mutating func answer(id: JSONText?, name: JSONText?) -> Int? {
        var number = id.flatMap { Self.first(of: $0.utf8, in: &ofID, isAnswered, keepsLast: true) }
        if number == nil, let name {
            number = Self.first(of: name.utf8, in: &ofName, isAnswered, keepsLast: false)
        }
        if let number { isAnswered[number] = true }
        return number
    }

    /// Lets go of answered ones on its way, so that each is passed once.
    private static func first(
        of key: [UInt8], in calls: inout [[UInt8]: ArraySlice<Int>], _ isAnswered: [Bool], keepsLast: Bool
    ) -> Int? {
        while let number = calls[key]?.first {
            if !isAnswered[number] || keepsLast && calls[key]?.count == 1 { return number }
            calls[key]?.removeFirst()
        }
        return nil
    }
}
