/// A macro, and the activation it was made in.
final class MacroValue {
    let site: MacroSite
    let around: Activation

    init(site: MacroSite, around: Activation) {
        self.site = site
        self.around = around
    }
}

extension Machine {
    enum CallOutcome {
        case value(Value)
        /// To be run, its parameters bound.
        case macro(MacroValue, Activation)
    }

    /// Calls what lies below its arguments.
    func call(_ site: CallSite, _ stack: inout [Value]) throws(RenderFault) -> CallOutcome {
        if case .object(let id) = stack[stack.count - site.valueCount - 1], case .macro(let macro) = objects[id.index],
            site.isPlain, macro.site.isPlain, site.positionalCount <= macro.site.slots.count
        {
            let activation = try activation(for: macro)
            let first = stack.count - site.positionalCount
            for (index, slot) in macro.site.slots.enumerated() {
                activation.slots[slot] = index < site.positionalCount ? stack[first + index] : .notProvided
            }
            stack.removeLast(site.positionalCount + 1)
            return .macro(macro, activation)
        }
        let arguments = try arguments(site, from: &stack)
        return try call(stack.removeLast(), arguments)
    }

    /// Calls a method of what lies below its arguments.
    func callMethod(
        _ attribute: AttributeSite, _ site: CallSite, _ stack: inout [Value]
    ) throws(RenderFault) -> CallOutcome {
        let place = stack.count - site.valueCount - 1
        if case .object(let id) = stack[place] {
            if hasMethod(attribute.name, objects[id.index]) {
                let arguments = try arguments(site, from: &stack)
                stack.removeLast()
                return .value(try call(.method(id, attribute.name), arguments))
            }
            stack[place] = try self.attribute(stack[place], attribute)
            return try call(site, &stack)
        }
        let arguments = try arguments(site, from: &stack)
        let receiver = stack.removeLast()
        if let result = try context.callMethod(receiver, attribute.name, arguments) { return .value(result) }
        return try call(try self.attribute(receiver, attribute), arguments)
    }

    private func call(_ callee: Value, _ arguments: Arguments) throws(RenderFault) -> CallOutcome {
        switch callee {
        case .object(let id):
            if case .macro(let macro) = objects[id.index] { return .macro(macro, try bind(macro, arguments)) }
            return .value(try call(objects[id.index], arguments))
        case .rare(.method(let name, of: let receiver)):
            if let result = try context.callMethod(receiver, name, arguments) { return .value(result) }
        case .undefined(let undefined): throw undefined.fault
        case _: break
        }
        throw RenderFault(.type, "'\(context.typeName(of: callee))' object is not callable")
    }

    // MARK: - Arguments

    /// Takes arguments off the stack.
    func arguments(_ site: CallSite, from stack: inout [Value]) throws(RenderFault) -> Arguments {
        var arguments = Arguments()
        guard site.valueCount > 0 else { return arguments }
        var place = stack.count - site.valueCount
        let first = place
        arguments.positional = Array(stack[place..<place + site.positionalCount])
        place += site.positionalCount
        if site.hasUnpacked {
            guard context.isIterable(stack[place]) || isUndefined(stack[place]) else {
                throw RenderFault(
                    .type, "argument after * must be an iterable, not \(context.typeName(of: stack[place]))")
            }
            let elements = try context.elements(of: stack[place])
            try context.spend(steps: elements.count)
            try context.spend(bytes: 16 * elements.count)
            for index in 0..<elements.count { arguments.positional.append(elements[index]) }
            place += 1
        }
        for name in site.keywords {
            arguments.keywords.append((name, stack[place]))
            place += 1
        }
        if site.hasUnpackedKeywords { try add(keywordsOf: stack[place], to: &arguments) }
        stack.removeLast(stack.count - first)
        return arguments
    }

    private func isUndefined(_ value: Value) -> Bool {
        if case .undefined = value { return true }
        return false
    }

    /// `**dict`
    private func add(keywordsOf value: Value, to arguments: inout Arguments) throws(RenderFault) {
        guard context.isDict(value) else {
            throw RenderFault(.type, "argument after ** must be a mapping, not \(context.typeName(of: value))")
        }
        let keys = try context.elements(of: value)
        let values = try context.elements(of: .rare(.view(.values, of: value)))
        try context.spend(steps: keys.count)
        try context.spend(bytes: 64 * keys.count)
        var known = Set(arguments.keywords.map { Text($0.name) })
        for index in 0..<keys.count {
            guard case .string(let name) = context.plain(keys[index]) else {
                throw RenderFault(.type, "keywords must be strings")
            }
            guard known.insert(name).inserted else {
                throw RenderFault(.type, "got multiple values for a keyword argument")
            }
            arguments.keywords.append((name.string, values[index]))
        }
    }

    // MARK: - Macros

    func activation(for macro: MacroValue) throws(RenderFault) -> Activation {
        let slots = program.functions[macro.site.function].slotCount
        try context.spend(bytes: 64 + 16 * slots)
        return Activation(slotCount: slots, parent: macro.around)
    }

    /// Sorts arguments to a macro's parameters as Jinja2 does.
    func bind(_ macro: MacroValue, _ arguments: Arguments) throws(RenderFault) -> Activation {
        let site = macro.site
        let activation = try activation(for: macro)
        var keywords = arguments.keywords
        // Each parameter may be looked for among all of them.
        try context.spend(steps: site.slots.count * (keywords.count >> 4))
        func takeKeyword(_ name: String) -> Value? {
            guard let index = keywords.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
            return keywords.remove(at: index).value
        }
        for (index, slot) in site.slots.enumerated() {
            activation.slots[slot] =
                index < arguments.positional.count
                ? arguments.positional[index] : takeKeyword(site.parameters[index]) ?? .notProvided
        }
        if let slot = site.callerSlot {
            let caller = takeKeyword("caller")
            if let caller, !isNone(caller) {
                activation.slots[slot] = caller
            } else {
                activation.slots[slot] = .undefined(Undefined(path: "caller", message: "No caller defined"))
            }
        }
        if let slot = site.keywordsSlot {
            let dict = try context.makeDict(
                keys: keywords.map { .string(Text($0.name)) }, values: keywords.map(\.value))
            activation.slots[slot] = keeping(.dict(dict))
        } else if let extra = keywords.first {
            throw RenderFault(
                .type,
                extra.name == "caller"
                    ? "macro '\(site.name)' was invoked with two values for the special caller argument"
                    : "macro '\(site.name)' takes no such keyword argument")
        }
        if let slot = site.restSlot {
            activation.slots[slot] = keeping(.tuple(Array(arguments.positional.dropFirst(site.slots.count))))
        } else if arguments.positional.count > site.slots.count {
            throw RenderFault(.type, "macro '\(site.name)' takes not more than \(site.slots.count) argument(s)")
        }
        return activation
    }

    private func isNone(_ value: Value) -> Bool { context.isNone(value) }
}
