/// Turns a template's syntax into a program.
final class TemplateCompiler {
    let source: TemplateSource
    var tables = ProgramTables()
    private var drafts: [FunctionDraft] = []
    private var scopes: [ScopeDraft] = []
    /// The function being written.
    var function: FunctionDraft
    /// The scope that names are looked up in.
    var symbols: Symbols

    /// A scope whose loads are settled when it is known which of its names are read.
    private struct ScopeDraft {
        var number: Int32
        var function: FunctionDraft
        var loads: [NameLoad]
        /// Scopes that end need their names forgotten only where a macro may still see them.
        var isEnd: Bool
    }

    init(source: TemplateSource) {
        self.source = source
        function = FunctionDraft(index: 0, parent: nil)
        symbols = Symbols(parent: nil, function: 0)
        drafts = [function]
    }

    func compile(_ syntax: TemplateSyntax) throws(TemplateFault) -> Program {
        var visitor = SymbolVisitor(symbols: symbols)
        visitor.visit(syntax.body)
        enterScope(at: 0)
        try compile(syntax.body)
        function.emit(.endMacro, at: 0)
        var expression: Int?
        if syntax.body.count == 1, case .output(let value) = syntax.body[0].kind {
            // Nothing but input is in reach of a template that is one expression, so this function needs no scope.
            expression = try inFunction(parent: nil) { () throws(TemplateFault) in
                try compile(value)
                function.emit(.endExpression, at: value.at)
            }
        }
        return finished(expression: expression)
    }

    // MARK: - Functions and scopes

    /// Compiles another function; answers its number.
    func inFunction(
        parent: FunctionDraft?, _ body: () throws(TemplateFault) -> Void
    ) throws(TemplateFault) -> Int {
        let around = function
        defer { function = around }
        function = newFunction(parent: parent)
        try body()
        return function.index
    }

    func newFunction(parent: FunctionDraft?) -> FunctionDraft {
        let draft = FunctionDraft(index: drafts.count, parent: parent)
        drafts.append(draft)
        return draft
    }

    func inScope(_ inner: Symbols, _ body: () throws(TemplateFault) -> Void) throws(TemplateFault) {
        let around = symbols
        defer { symbols = around }
        symbols = inner
        try body()
    }

    /// Loads the names of `symbols`.
    func enterScope(at offset: Int) {
        let loads = symbols.order.compactMap { variable -> NameLoad? in
            guard let load = symbols.loads[variable] else { return nil }
            let slot = function.slot(of: variable)
            let from: NameLoad.Source
            switch load {
            case .parameter: return nil
            case .input: from = .input(tables.input(variable.name))
            case .alias(let outer): from = .alias(alias(of: outer))
            case .undefined: from = .undefined
            }
            return NameLoad(slot: slot, from: from, undefined: tables.undefined(named: variable.name))
        }
        addScope(loads, isEnd: false, at: offset)
    }

    /// Forgets the names of `symbols`.
    func leaveScope(at offset: Int) {
        let loads = symbols.order.map { variable in
            NameLoad(
                slot: function.slot(of: variable), from: .undefined,
                undefined: tables.undefined(named: variable.name))
        }
        addScope(loads, isEnd: true, at: offset)
    }

    private func addScope(_ loads: [NameLoad], isEnd: Bool, at offset: Int) {
        let number = tables.addScope()
        scopes.append(ScopeDraft(number: number, function: function, loads: loads, isEnd: isEnd))
        function.emit(isEnd ? .leave(number) : .enter(number), at: offset)
    }

    // MARK: - Names

    /// What a name means here.
    func reference(to name: Text) -> NameReference {
        // Jinja2 does not look into the arguments of a block set's filters: such a name can only be the input's.
        guard let (variable, scope) = symbols.find(name) else { return .input(tables.input(name)) }
        return reference(to: variable, in: scope)
    }

    private func alias(of variable: Symbols.Variable) -> NameReference {
        var scope = symbols.parent
        while let here = scope, here.variables[variable.name] != variable { scope = here.parent }
        guard let scope else { return .input(tables.input(variable.name)) }
        return reference(to: variable, in: scope)
    }

    private func reference(to variable: Symbols.Variable, in scope: Symbols) -> NameReference {
        // What is never assigned is read where it comes from. Not so what a macro took from a scope that has an end.
        if case .input? = scope.loads[variable], !scope.stores.contains(variable.name),
            variable.level == 0 || variable.function == function.index
        {
            return .input(tables.input(variable.name))
        }
        var hops = 0
        var owner = function
        while owner.index != variable.function, let outer = owner.parent {
            owner = outer
            hops += 1
        }
        let slot = owner.slot(of: variable)
        if hops == 0 {
            owner.markRead(slot)
            return .slot(slot)
        }
        owner.markCaptured(slot)
        return .outer(tables.outer(OuterReference(hops: hops, slot: slot)))
    }

    /// The slot that a name of this scope is assigned in.
    func slot(of name: Text) -> Int {
        // A scope knows all it assigns before it is compiled.
        let variable =
            symbols.find(name)?.variable
            ?? Symbols.Variable(function: function.index, level: symbols.level, name: name)
        return function.slot(of: variable)
    }

    // MARK: - The end

    private func finished(expression: Int?) -> Program {
        for scope in scopes {
            let wanted = scope.isEnd ? scope.function.capturedSlots : scope.function.readSlots
            tables.scopes[Int(scope.number)] = scope.loads.filter { wanted.contains($0.slot) }
        }
        let scopes = tables.scopes
        let functions = drafts.map { draft in
            draft.finished { instruction in
                switch instruction {
                case .enter(let scope), .leave(let scope): scopes[Int(scope)].isEmpty
                case _: false
                }
            }
        }
        return Program(tables, functions: functions, expression: expression, source: source)
    }

    /// Jinja2 leaves it to the rendering where it stands in an `if`; here nothing that could fail so is ever stored.
    func unknown(_ kind: TemplateFault.Kind, _ name: String, at offset: Int) -> TemplateFault {
        let what = kind == .unknownFilter ? "filter" : "test"
        let name = TemplateFault.shown(name)
        return TemplateFault(at: offset, in: source, kind, name, "there is no \(what) \(name)")
    }
}
