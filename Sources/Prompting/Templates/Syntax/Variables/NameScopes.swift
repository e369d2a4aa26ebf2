/// Which names a template binds itself, and where: Jinja2's scopes, and within them what has a value by now.
///
/// Jinja2 decides by a scope's whole text whether a name is the scope's own, the outer scope's or the input's; so a
/// scope is declared before it is walked.
struct NameScopes {
    private enum Owner {
        /// A parameter, or a name whose first use in the scope gives it a value.
        case scope
        /// Looked up in the input when the scope is entered.
        case input
        /// Begins as the outer scope's.
        case outer
    }

    struct Value: Equatable {
        /// On every way to here.
        var isCertain: Bool
        /// What it is a part of, where that is known.
        var reference: ValuePlaces.Reference?
    }

    private struct Scope {
        var owners: [Text: Owner] = [:]
        var values: [Text: Value] = [:]
        /// Length of the log when the scope began.
        var mark: Int
    }

    private var scopes: [Scope] = []
    /// What was given a value, and what it was before: to take branches back.
    private var log: [(name: Text, before: Value?)] = []

    /// What a name that is read may be.
    enum Reading {
        /// The template's own.
        case own(ValuePlaces.Reference?)
        /// The input's; unless it was given a value on some way to here.
        case input(isCertain: Bool)
    }

    // MARK: - Scopes

    mutating func enter() { scopes.append(Scope(mark: log.count)) }

    mutating func leave() {
        guard let scope = scopes.popLast() else { return }
        log.removeSubrange(scope.mark...)
    }

    private var inner: Int { scopes.count - 1 }

    private func isKnown(_ name: Text) -> Bool { scopes.contains { $0.owners[name] != nil } }

    mutating func declareParameter(_ name: Text, _ reference: ValuePlaces.Reference? = nil) {
        scopes[inner].owners[name] = .scope
        scopes[inner].values[name] = Value(isCertain: true, reference: reference)
    }

    mutating func declareLoad(_ name: Text) {
        if !isKnown(name) { scopes[inner].owners[name] = .input }
    }

    /// - Parameter isConditional: within an `if` of the scope.
    mutating func declareStore(_ name: Text, isConditional: Bool) {
        guard scopes[inner].owners[name] == nil else { return }
        scopes[inner].owners[name] = isKnown(name) ? .outer : isConditional ? .input : .scope
    }

    // MARK: - Values

    mutating func store(_ name: Text, _ reference: ValuePlaces.Reference?) {
        store(name, Value(isCertain: true, reference: reference))
    }

    private mutating func store(_ name: Text, _ value: Value) {
        log.append((name, scopes[inner].values[name]))
        scopes[inner].values[name] = value
    }

    func read(_ name: Text) -> Reading {
        var isCertain = true
        for scope in scopes.reversed() {
            guard let owner = scope.owners[name] else { continue }
            let value = scope.values[name]
            if let value, value.isCertain { return .own(isCertain ? value.reference : nil) }
            if value != nil { isCertain = false }
            switch owner {
            case .scope: return .own(nil)
            case .input: return .input(isCertain: isCertain)
            case .outer: continue
            }
        }
        return .input(isCertain: isCertain)
    }

    // MARK: - Branches

    /// What branches that exclude one another have done so far.
    struct Branches {
        fileprivate var mark: Int
        fileprivate var count = 0
        fileprivate var outcomes: [Text: (count: Int, value: Value)] = [:]
        /// So that nothing depends on the order of a dictionary.
        fileprivate var order: [Text] = []
    }

    func beginBranches() -> Branches { Branches(mark: log.count) }

    /// After a branch: notes what it did and takes it back.
    mutating func endBranch(_ branches: inout Branches) {
        branches.count += 1
        var seen: Set<Text> = []
        while log.count > branches.mark, let change = log.popLast() {
            if seen.insert(change.name).inserted, let value = scopes[inner].values[change.name] {
                if let outcome = branches.outcomes[change.name] {
                    branches.outcomes[change.name] = (outcome.count + 1, Self.merged(outcome.value, value))
                } else {
                    branches.outcomes[change.name] = (1, value)
                    branches.order.append(change.name)
                }
            }
            scopes[inner].values[change.name] = change.before
        }
    }

    /// After all branches, that in which nothing happens included.
    mutating func endBranches(_ branches: Branches) {
        for name in branches.order {
            guard let outcome = branches.outcomes[name] else { continue }
            var value = outcome.value
            if outcome.count < branches.count {
                value = Self.merged(value, scopes[inner].values[name] ?? Value(isCertain: false, reference: nil))
            }
            store(name, value)
        }
    }

    private static func merged(_ one: Value, _ other: Value) -> Value {
        Value(
            isCertain: one.isCertain && other.isCertain,
            reference: one.reference == other.reference ? one.reference : nil)
    }
}
