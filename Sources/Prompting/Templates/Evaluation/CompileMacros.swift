extension TemplateCompiler {
    /// Compiles a macro's body; answers its number.
    func compile(_ macro: Statement.Macro, at: Int) throws(TemplateFault) -> Int32 {
        let draft = newFunction(parent: function)
        let inner = Symbols(parent: symbols, function: draft.index)
        analyze(macro, in: inner)
        let slots = macro.parameters.map { draft.slot(of: inner.declareParameter(Text($0.name))) }

        // What Python's call hands over only to who asks for it.
        let uses = macro.uses
        func special(_ name: String) -> Int? {
            guard uses.contains(name), !macro.parameters.contains(where: { $0.name == name }) else { return nil }
            return draft.slot(of: inner.declareParameter(Text(name)))
        }
        let site = MacroSite(
            name: macro.name, function: draft.index, parameters: macro.parameters.map(\.name), slots: slots,
            callerSlot: special("caller"), keywordsSlot: special("kwargs"), restSlot: special("varargs"))
        analyze(macro, in: inner)

        let around = function
        defer { function = around }
        function = draft
        try inScope(inner) { () throws(TemplateFault) in
            enterScope(at: at)
            try compileDefaults(of: macro, slots, at: at)
            try compile(macro.body)
            function.emit(.endMacro, at: at)
        }
        return tables.add(macro: site)
    }

    private func analyze(_ macro: Statement.Macro, in symbols: Symbols) {
        var visitor = SymbolVisitor(symbols: symbols)
        for parameter in macro.parameters { symbols.declareParameter(Text(parameter.name)) }
        for parameter in macro.parameters {
            if let value = parameter.value { visitor.visit(value) }
        }
        visitor.visit(macro.body)
    }

    private func compileDefaults(of macro: Statement.Macro, _ slots: [Int], at: Int) throws(TemplateFault) {
        function.unsettled = Set(slots)
        for (parameter, slot) in zip(macro.parameters, slots) {
            let isThere = function.emit(.jumpIfProvided(Int32(slot), to: 0), at: at)
            if let value = parameter.value {
                try compile(value)
            } else {
                let missing = Undefined(
                    path: parameter.name, message: "parameter '\(parameter.name)' was not provided")
                function.emit(.constant(tables.add(constant: .undefined(missing))), at: at)
            }
            function.emit(.store(Int32(slot)), at: at)
            function.unsettled.remove(slot)
            function.land(isThere)
        }
    }

    /// `{% call(…) callee(…) %}…{% endcall %}`
    func callBlock(_ macro: Statement.Macro, _ call: Expression, at: Int) throws(TemplateFault) {
        let caller = try compile(macro, at: at)
        // The parser lets nothing but a call through.
        guard case .call(let callee, let arguments) = call.kind else { return }
        try self.call(callee, arguments, at: call.at, isPrinted: true, caller: caller)
    }
}
