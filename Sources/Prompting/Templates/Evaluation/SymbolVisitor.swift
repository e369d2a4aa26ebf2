/// Tells a scope of the names that its statements use: those within scopes of their own are not its business.
struct SymbolVisitor {
    var symbols: Symbols

    mutating func visit(_ statements: [Statement]) {
        for statement in statements { visit(statement) }
    }

    mutating func visit(_ statement: Statement) {
        switch statement.kind {
        case .text, .breakLoop, .continueLoop: break
        case .output(let expression), .evaluate(let expression): visit(expression)
        case .conditional(let branches, let otherwise): visit(branches, otherwise)
        case .loop(let loop): visit(loop.iterable)
        case .set(let target, let value):
            visit(value)
            visit(target)
        case .setBlock(let target, _, _): visit(target)
        case .with(let bindings, _):
            for binding in bindings { visit(binding.value) }
        case .filterBlock(let filters, _):
            for filter in filters { visit(filter.arguments) }
        case .macro(let macro): symbols.store(Text(macro.name))
        case .callBlock(_, let call): visit(call)
        }
    }

    /// `elif` is an `if` in a branch of its own, all of which start from what the first condition left.
    private mutating func visit(_ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement]) {
        guard let first = branches.first else { return }
        visit(first.test)
        var body = SymbolVisitor(symbols: symbols.copy())
        body.visit(first.body)
        // Jinja2 holds each `elif` as an `if` of its own, all of them visited one after the other on one copy.
        let rest = SymbolVisitor(symbols: symbols.copy())
        for branch in branches.dropFirst() {
            var inner = rest
            inner.visit([branch], [])
        }
        var last = SymbolVisitor(symbols: symbols.copy())
        last.visit(otherwise)
        symbols.merge([body.symbols, rest.symbols, last.symbols])
    }

    mutating func visit(_ target: Target) {
        switch target {
        case .name(let name, _): symbols.store(Text(name))
        case .tuple(let targets):
            for target in targets { visit(target) }
        case .attribute(let name, _, _): symbols.load(Text(name))
        }
    }

    /// What `for` and `with` assign to is the scope's own from its start.
    func declare(_ target: Target) {
        switch target {
        case .name(let name, _): symbols.declareParameter(Text(name))
        case .tuple(let targets):
            for target in targets { declare(target) }
        case .attribute(let name, _, _): symbols.load(Text(name))
        }
    }

    func visit(_ expression: Expression) {
        if case .name(let name) = expression.kind { symbols.load(Text(name)) }
        for part in expression.parts { visit(part) }
    }

    func visit(_ arguments: ArgumentList) {
        for part in arguments.expressions { visit(part) }
    }
}
