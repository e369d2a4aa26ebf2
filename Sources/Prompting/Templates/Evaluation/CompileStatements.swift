extension TemplateCompiler {
    func compile(_ statements: [Statement]) throws(TemplateFault) {
        for statement in statements { try compile(statement) }
    }

    private func compile(_ statement: Statement) throws(TemplateFault) {
        let at = statement.at
        switch statement.kind {
        case .text(let bytes): function.emitText(tables.add(text: bytes), at: at)
        case .output(let expression): try output(expression)
        case .conditional(let branches, let otherwise): try conditional(branches, otherwise, at: at)
        case .loop(let loop): try compile(loop, at: at)
        case .set(let target, let value):
            try checkNamespaces(of: target)
            try compile(value)
            assign(to: target, at: at)
        case .setBlock(let target, let filters, let body): try setBlock(target, filters, body, at: at)
        case .with(let bindings, let body): try with(bindings, body, at: at)
        case .filterBlock(let filters, let body):
            try captured(body, filters: filters, at: at) {
                function.emit(.requireText, at: at)
                function.emit(.write, at: at)
            }
        case .macro(let macro):
            let number = try compile(macro, at: at)
            function.emit(.macro(number), at: at)
            function.emit(.store(Int32(slot(of: Text(macro.name)))), at: at)
        case .callBlock(let macro, let call): try callBlock(macro, call, at: at)
        case .breakLoop: leaveLoop(isOver: true, at: at)
        case .continueLoop: leaveLoop(isOver: false, at: at)
        case .evaluate(let expression):
            try compile(expression)
            function.emit(.discard, at: at)
        }
    }

    // MARK: - Output

    /// `{{ … }}`
    private func output(_ expression: Expression) throws(TemplateFault) {
        let at = expression.at
        if case .literal(.string(let text)) = expression.kind {
            return function.emitText(tables.add(text: text.bytes), at: at)
        }
        if case .call(let callee, let arguments) = expression.kind {
            try call(callee, arguments, at: at, isPrinted: true)
            return
        }
        try compile(expression)
        let last = function.takeLast { last in
            switch last {
            case .input, .slot, .attribute: true
            case _: false
            }
        }
        switch last {
        case .input(let number)?: function.emit(.writeInput(number), at: at)
        case .slot(let slot)?: function.emit(.writeSlot(slot), at: at)
        case .attribute(let site)?: function.emit(.writeAttribute(site), at: at)
        case _: function.emit(.write, at: at)
        }
    }

    // MARK: - Ways

    private func conditional(
        _ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement], at: Int
    ) throws(TemplateFault) {
        var ends: [Int] = []
        for (index, branch) in branches.enumerated() {
            try compile(branch.test)
            let next = function.emit(.jumpIfFalse(to: 0), at: branch.test.at)
            try compile(branch.body)
            if index < branches.count - 1 || !otherwise.isEmpty { ends.append(function.emit(.jump(to: 0), at: at)) }
            function.land(next)
        }
        try compile(otherwise)
        for end in ends { function.land(end) }
    }

    // MARK: - Assignment

    /// Python's order: that a name is a namespace is asked before the value is made.
    private func checkNamespaces(of target: Target) throws(TemplateFault) {
        switch target {
        case .name: break
        case .tuple(let targets):
            for target in targets { try checkNamespaces(of: target) }
        case .attribute(let name, _, let at):
            read(Text(name), at: at)
            function.emit(.checkNamespace, at: at)
        }
    }

    /// Takes the value on the stack.
    func assign(to target: Target, at: Int) {
        switch resolved(target) {
        case .slot(let slot): function.emit(.store(Int32(slot)), at: at)
        case let assignment: function.emit(.unpack(Int32(tables.add(target: assignment))), at: at)
        }
    }

    func resolved(_ target: Target) -> Assignment {
        switch target {
        case .name(let name, _): .slot(slot(of: Text(name)))
        case .tuple(let targets): .tuple(targets.map(resolved))
        case .attribute(let name, let attribute, _): .attribute(of: reference(to: Text(name)), Text(attribute))
        }
    }

    private func setBlock(
        _ target: Target, _ filters: [FilterCall], _ body: [Statement], at: Int
    ) throws(TemplateFault) {
        let outside = symbols
        try captured(body, filters: filters, at: at) { () throws(TemplateFault) in
            try inScope(outside) { () throws(TemplateFault) in assign(to: target, at: at) }
        }
    }

    /// Compiles a body in a scope of its own, makes a string of its output, sends it through filters, and does
    /// something with it.
    private func captured(
        _ body: [Statement], filters: [FilterCall], at: Int, _ then: () throws(TemplateFault) -> Void
    ) throws(TemplateFault) {
        let inner = Symbols(parent: symbols, function: function.index)
        var visitor = SymbolVisitor(symbols: inner)
        visitor.visit(body)
        for filter in filters { visitor.visit(filter.arguments) }
        try inScope(inner) { () throws(TemplateFault) in
            enterScope(at: at)
            function.emit(.beginCapture, at: at)
            function.captures += 1
            try compile(body)
            function.captures -= 1
            function.emit(.endCapture, at: at)
            for filter in filters { try apply(filter) }
            try then()
            leaveScope(at: at)
        }
    }

    private func with(
        _ bindings: [(target: Target, value: Expression)], _ body: [Statement], at: Int
    ) throws(TemplateFault) {
        let outside = symbols
        let inner = Symbols(parent: symbols, function: function.index)
        var visitor = SymbolVisitor(symbols: inner)
        for binding in bindings { visitor.declare(binding.target) }
        visitor.visit(body)
        try inScope(inner) { () throws(TemplateFault) in
            enterScope(at: at)
            for binding in bindings {
                // Each value is of the names outside, also where an earlier one is bound here.
                try inScope(outside) { () throws(TemplateFault) in try compile(binding.value) }
                assign(to: binding.target, at: at)
            }
            try compile(body)
            leaveScope(at: at)
        }
    }
}
