extension TemplateCompiler {
    /// Leaves the result on the stack, or prints it.
    /// - Parameter caller: the macro that a call block passes.
    func call(
        _ callee: Expression, _ arguments: ArgumentList, at: Int, isPrinted: Bool = false, caller: Int32? = nil
    ) throws(TemplateFault) {
        if case .attribute(let receiver, let name) = callee.kind {
            try compile(receiver)
            let attribute = tables.add(attribute: AttributeSite(name: name, path: callee.path ?? ""))
            function.emit(.checkReceiver(attribute), at: callee.at)
            let site = try compile(arguments, at: at, isPrinted: isPrinted, caller: caller)
            function.emit(.callMethod(attribute, site: site), at: at)
        } else {
            try compile(callee)
            let site = try compile(arguments, at: at, isPrinted: isPrinted, caller: caller)
            function.emit(.call(site), at: at)
        }
    }

    /// Leaves the arguments on the stack, in the order that `CallSite` says and Python evaluates them in.
    func compile(
        _ arguments: ArgumentList, at: Int, isPrinted: Bool = false, caller: Int32? = nil
    ) throws(TemplateFault) -> Int32 {
        var names = arguments.keywords.map(\.name)
        if caller != nil {
            guard !names.contains("caller") else {
                throw TemplateFault(at: at, in: source, .arguments, "call", "the argument caller stands twice")
            }
            names.append("caller")
        }

        for part in arguments.positional { try compile(part) }
        if let unpacked = arguments.unpacked { try compile(unpacked) }
        for (_, part) in arguments.keywords { try compile(part) }
        if let caller { function.emit(.macro(caller), at: at) }
        if let unpacked = arguments.unpackedKeywords { try compile(unpacked) }
        return tables.add(
            call: CallSite(
                positionalCount: arguments.positional.count, keywords: names, hasUnpacked: arguments.unpacked != nil,
                hasUnpackedKeywords: arguments.unpackedKeywords != nil, isPrinted: isPrinted, isCallBlock: caller != nil
            ))
    }
}
