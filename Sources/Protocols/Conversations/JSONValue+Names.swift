import JSON

extension JSONValue {
    /// Whether no name stands in the object twice, of which some readers take the first and some the last: what is counted
    /// by one of them may not be what the provider sees.
    /// - Parameter spelled: what a name counts as.
    func hasDistinctNames(as spelled: (String) -> String) -> Bool {
        var names: Set<String> = []
        return ((try? members()) ?? []).allSatisfy { names.insert(spelled($0.name)).inserted }
    }

    var hasDistinctNames: Bool { hasDistinctNames { $0 } }
}
