/// Which of some names a piece of a template reads before it gives them a value, going by the order of the text:
/// Jinja2's way to learn whether a loop's body needs `loop`, or a macro's `caller`.
struct FreeNames {
    private var wanted: Set<String>
    private var found: Set<String> = []

    init(_ names: Set<String>) { wanted = names }

    func read(in body: [Statement]) -> Set<String> {
        var copy = self
        copy.visit(body)
        return copy.found
    }

    private mutating func read(_ name: String) { if wanted.contains(name) { found.insert(name) } }

    private mutating func store(_ name: String) { wanted.remove(name) }

    private mutating func store(_ target: Target) {
        switch target {
        case .name(let name, _): store(name)
        case .tuple(let targets): for target in targets { store(target) }
        // Jinja2 does not count this as a use of the name.
        case .attribute: break
        }
    }

    private mutating func visit(_ body: [Statement]) {
        for statement in body { visit(statement) }
    }

    private mutating func visit(_ statement: Statement) {
        switch statement.kind {
        case .text, .breakLoop, .continueLoop: break
        case .output(let expression), .evaluate(let expression): visit(expression)
        case .conditional(let branches, let otherwise):
            visitBranches(branches, otherwise)
        case .loop(let loop):
            store(loop.target)
            visit(loop.iterable)
            visit(loop.body)
            visit(loop.otherwise)
            if let condition = loop.condition { visit(condition) }
        case .set(let target, let value):
            store(target)
            visit(value)
        case .setBlock(let target, let filters, let body):
            store(target)
            for filter in filters { visit(filter.arguments) }
            visit(body)
        case .with(let values, let body):
            for value in values { store(value.target) }
            for value in values { visit(value.value) }
            visit(body)
        case .filterBlock(let filters, let body):
            visit(body)
            for filter in filters { visit(filter.arguments) }
        case .macro(let macro): visit(macro)
        case .callBlock(let macro, let call):
            visit(call)
            visit(macro)
        }
    }

    private mutating func visitBranches(_ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement]) {
        for branch in branches {
            visit(branch.test)
            visit(branch.body)
        }
        visit(otherwise)
    }

    private mutating func visit(_ macro: Statement.Macro) {
        for parameter in macro.parameters { store(parameter.name) }
        for parameter in macro.parameters { if let value = parameter.value { visit(value) } }
        visit(macro.body)
    }

    private mutating func visit(_ arguments: ArgumentList) {
        for part in arguments.expressions { visit(part) }
    }

    private mutating func visit(_ expression: Expression) {
        if case .name(let name) = expression.kind { return read(name) }
        for part in expression.parts { visit(part) }
    }
}
