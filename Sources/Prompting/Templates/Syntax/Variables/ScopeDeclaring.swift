/// Declares the names of a scope from its text, in Jinja2's order; what begins a scope of its own is not entered.
extension NameScopes {
    mutating func declare(_ body: [Statement], isConditional: Bool = false) {
        for statement in body {
            switch statement.kind {
            case .text, .breakLoop, .continueLoop: break
            case .output(let expression), .evaluate(let expression): declareLoads(expression)
            case .conditional(let branches, let otherwise):
                for branch in branches {
                    declareLoads(branch.test)
                    declare(branch.body, isConditional: true)
                }
                declare(otherwise, isConditional: true)
            case .loop(let loop): declareLoads(loop.iterable)
            case .set(let target, let value):
                declareLoads(value)
                declareStores(target, isConditional: isConditional)
            case .setBlock(let target, _, _): declareStores(target, isConditional: isConditional)
            case .with(let values, _): for value in values { declareLoads(value.value) }
            case .filterBlock(let filters, _): declareLoads(filters)
            case .macro(let macro): declareStore(Text(macro.name), isConditional: isConditional)
            case .callBlock(_, let call): declareLoads(call)
            }
        }
    }

    mutating func declareLoads(_ expression: Expression) {
        if case .name(let name) = expression.kind { return declareLoad(Text(name)) }
        for part in expression.parts { declareLoads(part) }
    }

    mutating func declareLoads(_ filters: [FilterCall]) {
        for filter in filters {
            for part in filter.arguments.expressions { declareLoads(part) }
        }
    }

    private mutating func declareStores(_ target: Target, isConditional: Bool) {
        switch target {
        case .name(let name, _): declareStore(Text(name), isConditional: isConditional)
        case .tuple(let targets): for target in targets { declareStores(target, isConditional: isConditional) }
        case .attribute(let name, _, _): declareLoad(Text(name))
        }
    }
}
