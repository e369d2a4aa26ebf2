/// Walks a template in the order in which it is rendered, and notes what it reads of its input.
struct VariableFinder {
    /// What the engine offers under a name by itself; an input cannot take its place in Jinja2 unless it is given.
    static let globals: Set<String> = ["range", "dict", "lipsum", "cycler", "joiner", "namespace"]

    var scopes = NameScopes()
    var places = ValuePlaces()
    /// How many `if`, loops, macros and conditional operands stand around what is being read.
    var conditions = 0
    private var found: [Found] = []
    private var numbers: [Text: Int] = [:]

    private struct Found {
        var name: String
        var place: Int
        var paths: [String] = []
        var known: Set<Text> = []
    }

    var variables: [TemplateVariable] {
        found.map { found in
            TemplateVariable(
                name: found.name, paths: found.paths, isRequired: places.isRequired(found.place),
                shape: places.shape(of: found.place))
        }
    }

    mutating func find(in body: [Statement]) {
        scopes.enter()
        scopes.declare(body)
        walk(body)
        scopes.leave()
    }

    /// The place of a variable, which is noted if it is new.
    mutating func variable(_ name: String, path: String) -> Int {
        let key = Text(name)
        let number: Int
        if let known = numbers[key] {
            number = known
        } else {
            number = found.count
            numbers[key] = number
            found.append(Found(name: name, place: places.addRoot()))
        }
        if found[number].known.insert(Text(path)).inserted { found[number].paths.append(path) }
        return found[number].place
    }

    mutating func underCondition(_ work: (inout Self) -> Void) {
        conditions += 1
        work(&self)
        conditions -= 1
    }

    // MARK: - Statements

    private mutating func walk(_ body: [Statement]) {
        for statement in body { walk(statement) }
    }

    private mutating func walk(_ statement: Statement) {
        switch statement.kind {
        case .text, .breakLoop, .continueLoop: break
        case .output(let expression): read(expression, as: .text)
        case .evaluate(let expression): read(expression, as: .lenient)
        case .conditional(let branches, let otherwise): walkBranches(branches, otherwise)
        case .loop(let loop): walk(loop)
        case .set(let target, let value): store(target, read(value, as: target.use))
        case .setBlock(let target, let filters, let body):
            walkScope(body) { finder in
                for filter in filters {
                    for part in filter.arguments.expressions { finder.scopes.declareLoads(part) }
                }
            } after: { finder in
                finder.readArguments(of: filters)
            }
            store(target, nil)
        case .with(let values, let body):
            let references = values.map { read($0.value, as: $0.target.use) }
            walkScope(body) { finder in
                for (value, reference) in zip(values, references) { finder.declare(value.target, reference) }
            }
        case .filterBlock(let filters, let body):
            walkScope(body) { _ in
            } after: { finder in
                finder.readArguments(of: filters)
            }
        case .macro(let macro):
            scopes.store(Text(macro.name), nil)
            walk(macro)
        case .callBlock(let macro, let call):
            read(call, as: .text)
            walk(macro)
        }
    }

    private mutating func walkScope(
        _ body: [Statement], declaring: (inout Self) -> Void, after: (inout Self) -> Void = { _ in }
    ) {
        scopes.enter()
        declaring(&self)
        scopes.declare(body)
        walk(body)
        after(&self)
        scopes.leave()
    }

    private mutating func readArguments(of filters: [FilterCall]) {
        for filter in filters {
            for part in filter.arguments.expressions { read(part) }
        }
    }

    private mutating func walkBranches(
        _ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement]
    ) {
        var outcome = scopes.beginBranches()
        for (number, branch) in branches.enumerated() {
            conditions += number == 0 ? 0 : 1
            read(branch.test)
            conditions -= number == 0 ? 0 : 1
            underCondition { $0.walk(branch.body) }
            scopes.endBranch(&outcome)
        }
        underCondition { $0.walk(otherwise) }
        scopes.endBranch(&outcome)
        scopes.endBranches(outcome)
    }

    private mutating func walk(_ loop: Statement.Loop) {
        let element = readElements(of: loop)
        underCondition { finder in
            if let condition = loop.condition {
                finder.walkScope([]) { finder in
                    finder.declare(loop, element)
                    finder.scopes.declareLoads(condition)
                } after: { finder in
                    finder.read(condition)
                }
            }
            finder.walkScope(loop.body) { finder in
                finder.scopes.declareParameter("loop")
                finder.declare(loop, element)
            }
            finder.walkScope(loop.otherwise) { _ in }
        }
    }

    /// Reads what is gone through; answers the place of an element, or of a value where pairs are gone through.
    private mutating func readElements(of loop: Statement.Loop) -> Int? {
        guard let container = read(loop.iterable, as: .elements) else { return nil }
        return places.element(of: container.place)
    }

    private mutating func declare(_ loop: Statement.Loop, _ element: Int?) {
        let reference = element.map { ValuePlaces.Reference(place: $0, conditions: conditions) }
        guard case .call(let callee, _) = loop.iterable.kind, case .attribute(_, "items") = callee.kind else {
            return declare(loop.target, Self.isMethodCall(loop.iterable, "keys") ? nil : reference)
        }
        // A pair of key and value.
        if case .tuple(let pair) = loop.target, pair.count == 2 {
            declare(pair[0], nil)
            declare(pair[1], reference)
        } else {
            declare(loop.target, nil)
        }
    }

    private static func isMethodCall(_ expression: Expression, _ name: String) -> Bool {
        guard case .call(let callee, _) = expression.kind, case .attribute(_, name) = callee.kind else { return false }
        return true
    }

    private mutating func walk(_ macro: Statement.Macro) {
        underCondition { finder in
            finder.walkScope(macro.body) { finder in
                for parameter in macro.parameters { finder.scopes.declareParameter(Text(parameter.name)) }
                for name in macro.uses { finder.scopes.declareParameter(Text(name)) }
                for parameter in macro.parameters {
                    if let value = parameter.value { finder.scopes.declareLoads(value) }
                }
                for parameter in macro.parameters {
                    if let value = parameter.value { finder.read(value) }
                }
            }
        }
    }

    // MARK: - Targets

    private mutating func declare(_ target: Target, _ reference: ValuePlaces.Reference?) {
        switch target {
        case .name(let name, _): scopes.declareParameter(Text(name), reference)
        case .tuple(let targets): for target in targets { declare(target, nil) }
        case .attribute: break
        }
    }

    private mutating func store(_ target: Target, _ reference: ValuePlaces.Reference?) {
        switch target {
        case .name(let name, _): scopes.store(Text(name), reference)
        case .tuple(let targets): for target in targets { store(target, nil) }
        case .attribute(let name, _, _): read(name: name)
        }
    }
}

extension Target {
    /// What an assignment to it does with the value: a tuple's is gone through, else it is only named.
    fileprivate var use: VariableFinder.Use {
        switch self {
        case .tuple: .elements
        case .name, .attribute: .lenient
        }
    }
}
