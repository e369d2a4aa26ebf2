/// What expressions read.
extension VariableFinder {
    /// What becomes of a value that is read.
    enum Use {
        case value
        case text
        /// A `for` goes through it.
        case elements
        case method(String)
        /// Absence is minded: `is defined`, `default`.
        case guarded
        /// Absence is no fault: `is none`, `is string`; or is none yet: put into a list, under another name, or given to
        /// a macro. What is read by another name later is noted then.
        case lenient
        case filter(String)
    }

    /// Tests that hold or fail of an undefined value without a fault.
    private static let lenientTests: Set<String> = [
        "none", "string", "number", "mapping", "sequence", "boolean", "integer", "float", "true", "false", "callable",
        "sameas", "escaped", "filter", "test",
    ]

    /// Answers the place of the value, where it is a part of the input that the text leads to.
    @discardableResult
    mutating func read(_ expression: Expression, as use: Use = .value) -> ValuePlaces.Reference? {
        switch expression.kind {
        case .name, .attribute, .item: return readChain(expression, as: use)
        case .call(let callee, let arguments): return readCall(callee, arguments)
        case .slice(let object, _, _, _): return readSlice(expression, of: object)
        case .and(let left, let right), .or(let left, let right): readBoth(left, right)
        case .compare(let first, let others): readComparison(first, others.map(\.1))
        case .conditional(let test, let then, let otherwise): readConditional(test, then, otherwise, as: use)
        case .concatenate(let parts): for part in parts { read(part, as: .text) }
        case .filter(let operand, let filter):
            let isDefault = ["default", "d"].contains(filter.name)
            read(operand, as: isDefault ? .guarded : .filter(filter.name))
            readAll(filter.arguments.expressions, as: isDefault ? .lenient : .value)
        case .test(let operand, let name, let arguments, _):
            read(operand, as: Self.use(ofTest: name))
            readAll(arguments.expressions, as: name == "sameas" ? .lenient : .value)
        case .list(let elements), .tuple(let elements): readAll(elements, as: .lenient)
        case .dict(let entries):
            readAll(entries.map(\.key))
            readAll(entries.map(\.value), as: .lenient)
        case .literal, .negate, .plus, .not, .binary: readAll(expression.parts)
        }
        return nil
    }

    private static func use(ofTest name: String) -> Use {
        if name == "defined" || name == "undefined" { return .guarded }
        return lenientTests.contains(name) ? .lenient : .value
    }

    private mutating func readAll(_ parts: [Expression], as use: Use = .value) {
        for part in parts { read(part, as: use) }
    }

    private mutating func readBoth(_ left: Expression, _ right: Expression) {
        read(left)
        conditions += 1
        read(right)
        conditions -= 1
    }

    /// Of a chain the second comparison is made only if the first holds.
    private mutating func readComparison(_ first: Expression, _ others: [Expression]) {
        read(first)
        for (number, other) in others.enumerated() {
            let condition = number == 0 ? 0 : 1
            conditions += condition
            read(other)
            conditions -= condition
        }
    }

    private mutating func readConditional(
        _ test: Expression, _ then: Expression, _ otherwise: Expression?, as use: Use
    ) {
        read(test)
        conditions += 1
        read(then, as: use)
        if let otherwise { read(otherwise, as: use) }
        conditions -= 1
    }

    private mutating func readSlice(_ slice: Expression, of object: Expression) -> ValuePlaces.Reference? {
        let reference = read(object)
        if let reference { places.iterate(reference.place) }
        readAll(Array(slice.parts.dropFirst()))
        return reference
    }

    private mutating func readCall(_ callee: Expression, _ arguments: ArgumentList) -> ValuePlaces.Reference? {
        var owner: ValuePlaces.Reference?
        var use = Use.value
        switch callee.kind {
        case .attribute(let object, let method):
            owner = read(object, as: .method(method))
            // These give the values back, or lead to them.
            if !["items", "values"].contains(method) { owner = nil }
        case .name(let name):
            read(callee)
            if name != "range" { use = .lenient }
        default: read(callee)
        }
        readAll(arguments.positional + arguments.keywords.map(\.value), as: use)
        readAll([arguments.unpacked, arguments.unpackedKeywords].compactMap { $0 })
        return owner
    }

    /// A name by itself.
    mutating func read(name: String) { readChain(Expression(at: 0, kind: .name(name)), as: .value) }

    private enum Step {
        case member(String)
        case element(Expression)
    }

    /// A value and the attributes and items that are taken of it one after the other.
    @discardableResult
    private mutating func readChain(_ expression: Expression, as use: Use) -> ValuePlaces.Reference? {
        var steps: [Step] = []
        var base = expression
        descent: while true {
            switch base.kind {
            case .attribute(let object, let name):
                steps.append(.member(name))
                base = object
            case .item(let object, let key):
                if case .literal(.string(let name)) = key.kind {
                    steps.append(.member(name.string))
                } else {
                    steps.append(.element(key))
                }
                base = object
            default: break descent
            }
        }
        steps.reverse()
        let start = readBase(base, steps)
        let end = follow(steps, from: start)
        if let end { note(use, at: end) }
        return end
    }

    private mutating func readBase(_ base: Expression, _ steps: [Step]) -> ValuePlaces.Reference? {
        guard case .name(let name) = base.kind else { return read(base) }
        switch scopes.read(Text(name)) {
        case .own(let reference): return reference
        case .input(let isCertain):
            guard !Self.globals.contains(name) else { return nil }
            let place = variable(name, path: Self.path(name, steps))
            // Not certain to be the input's: what is read of it says nothing of what the input must have.
            return ValuePlaces.Reference(place: place, conditions: isCertain ? 0 : -1)
        }
    }

    private static func path(_ name: String, _ steps: [Step]) -> String {
        var path = name
        for step in steps {
            switch step {
            case .member(let name):
                guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: ".")) else { return path }
                path += "." + name
            case .element(let key):
                guard case .literal(.int(let index)) = key.kind else { return path }
                path += ".\(index)"
            }
        }
        return path
    }

    private mutating func follow(_ steps: [Step], from start: ValuePlaces.Reference?) -> ValuePlaces.Reference? {
        var reference = start
        for step in steps {
            // What has members or elements must be there.
            if let owner = reference, owner.conditions == conditions { places.require(owner.place) }
            switch step {
            case .member(let name):
                reference = reference.flatMap { owner in
                    places.member(name, of: owner.place).map { .init(place: $0, conditions: owner.conditions) }
                }
            case .element(let key):
                read(key)
                if let owner = reference { places.iterate(owner.place) }
                reference = reference.flatMap { owner in
                    places.element(of: owner.place).map { .init(place: $0, conditions: owner.conditions) }
                }
            }
        }
        return reference
    }

    private mutating func note(_ use: Use, at end: ValuePlaces.Reference) {
        switch use {
        case .guarded: return places.guardAbsence(of: end.place)
        case .lenient: return
        case .text: places.print(end.place)
        case .elements: places.iterate(end.place)
        case .method(let name): places.callMethod(name, on: end.place)
        case .filter(let name):
            places.filter(end.place, through: name)
            // The one filter besides `default` that takes what is undefined, for a dict without entries.
            if name == "items" { return }
        case .value: break
        }
        if end.conditions == conditions { places.require(end.place) }
    }
}
