extension TemplateCompiler {
    func compile(_ loop: Statement.Loop, at: Int) throws(TemplateFault) {
        let inner = Symbols(parent: symbols, function: function.index)
        let isWatched = FreeNames(["loop"]).read(in: loop.body).contains("loop")
        if isWatched { inner.declareParameter("loop") }
        var visitor = SymbolVisitor(symbols: inner)
        visitor.declare(loop.target)
        visitor.visit(loop.body)

        var condition: LoopSite.Condition?
        if let test = loop.condition { condition = try compile(test, of: loop, at: at) }
        try compile(loop.iterable)
        let loopSlot = isWatched ? inner.find("loop").map { function.slot(of: $0.variable) } : nil
        function.emit(
            .beginLoop(tables.add(loop: LoopSite(loopSlot: loopSlot, condition: condition))), at: loop.iterable.at)
        function.loops.append(.init(captures: function.captures, start: function.mark()))
        let next = function.emit(.next(exit: 0), at: loop.iterable.at)
        try inScope(inner) { () throws(TemplateFault) in
            assign(to: loop.target, at: at)
            enterScope(at: at)
            try compile(loop.body)
            if !loop.otherwise.isEmpty { function.emit(.complete, at: at) }
        }
        let draft = function.loops.removeLast()
        function.emit(.jump(to: Int32(draft.start)), at: at)
        function.land(next)
        for exit in draft.exits { function.land(exit) }
        try inScope(inner) { () throws(TemplateFault) in leaveScope(at: at) }
        if loop.otherwise.isEmpty {
            function.emit(.endLoop, at: at)
        } else {
            try compileElse(of: loop, at: at)
        }
    }

    /// Rendered where no round came to its end: after `break` or `continue` in each of them, too.
    private func compileElse(of loop: Statement.Loop, at: Int) throws(TemplateFault) {
        let inner = Symbols(parent: symbols, function: function.index)
        var visitor = SymbolVisitor(symbols: inner)
        visitor.visit(loop.otherwise)
        let isCompleted = function.emit(.jumpIfCompleted(to: 0), at: at)
        try inScope(inner) { () throws(TemplateFault) in
            enterScope(at: at)
            try compile(loop.otherwise)
            leaveScope(at: at)
        }
        function.land(isCompleted)
    }

    /// A loop's `if` is a function of its own: it runs when the next element is asked for, `loop.last` included.
    private func compile(
        _ test: Expression, of loop: Statement.Loop, at: Int
    ) throws(TemplateFault) -> LoopSite.Condition {
        let draft = newFunction(parent: function)
        let inner = Symbols(parent: symbols, function: draft.index)
        let visitor = SymbolVisitor(symbols: inner)
        visitor.declare(loop.target)
        visitor.visit(test)
        let around = function
        defer { function = around }
        function = draft
        var target = 0
        try inScope(inner) { () throws(TemplateFault) in
            target = tables.add(target: resolved(loop.target))
            enterScope(at: at)
            try compile(test)
            function.emit(.endExpression, at: test.at)
        }
        return LoopSite.Condition(function: draft.index, target: target)
    }

    /// `break` and `continue`.
    func leaveLoop(isOver: Bool, at: Int) {
        // The parser lets them stand in loops only.
        guard let loop = function.loops.last else { return }
        let open = function.captures - loop.captures
        if open > 0 { function.emit(.dropCaptures(Int32(open)), at: at) }
        if isOver {
            let exit = function.emit(.jump(to: 0), at: at)
            function.loops[function.loops.count - 1].exits.append(exit)
        } else {
            function.emit(.jump(to: Int32(loop.start)), at: at)
        }
    }
}
