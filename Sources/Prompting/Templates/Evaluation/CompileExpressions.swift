extension TemplateCompiler {
    /// Leaves the expression's value on the stack.
    func compile(_ expression: Expression) throws(TemplateFault) {
        let at = expression.at
        switch expression.kind {
        case .literal(let value): function.emit(.constant(tables.add(constant: value)), at: at)
        case .name(let name): read(Text(name), at: at)
        case .list(let parts):
            for part in parts { try compile(part) }
            function.emit(.list(Int32(parts.count)), at: at)
        case .tuple(let parts):
            for part in parts { try compile(part) }
            function.emit(.tuple(Int32(parts.count)), at: at)
        case .concatenate(let parts):
            for part in parts { try compile(part) }
            function.emit(.concatenate(Int32(parts.count)), at: at)
        case .dict(let entries):
            for entry in entries {
                try compile(entry.key)
                try compile(entry.value)
            }
            function.emit(.dict(Int32(entries.count)), at: at)
        case .negate(let part):
            try compile(part)
            function.emit(.negate, at: at)
        case .plus(let part):
            try compile(part)
            function.emit(.plus, at: at)
        case .not(let part):
            try compile(part)
            function.emit(.not, at: at)
        case .and(let left, let right):
            try compile(left)
            let end = function.emit(.jumpKeepingIfFalse(to: 0), at: left.at)
            try compile(right)
            function.land(end)
        case .or(let left, let right):
            try compile(left)
            let end = function.emit(.jumpKeepingIfTrue(to: 0), at: left.at)
            try compile(right)
            function.land(end)
        case .binary(let operation, let left, let right):
            try compile(left)
            try compile(right)
            function.emit(.binary(operation), at: at)
        case .compare(let first, let rest): try compare(first, rest, at: at)
        case .conditional(let test, let then, let otherwise): try choose(test, then, otherwise, at: at)
        case .attribute(let part, let name):
            try compile(part)
            let site = AttributeSite(name: name, path: expression.path ?? "")
            function.emit(.attribute(tables.add(attribute: site)), at: at)
        case .item(let part, let key):
            try compile(part)
            try compile(key)
            function.emit(.item(expression.path.map { tables.add(path: $0) } ?? -1), at: at)
        case .slice(let part, let start, let stop, let step):
            try slice(part, start, stop, step, at: at)
        case .call(let callee, let arguments): try call(callee, arguments, at: at)
        case .filter(let part, let filter):
            try compile(part)
            try apply(filter)
        case .test(let part, let name, let arguments, let isNegated):
            try compile(part)
            let site = try compile(arguments, at: at)
            guard let test = tables.test(name) else { throw unknown(.unknownTest, name, at: at) }
            function.emit(.test(test, site: site, isNegated: isNegated), at: at)
        }
    }

    func read(_ name: Text, at: Int) {
        switch reference(to: name) {
        case .input(let number): function.emit(.input(Int32(number)), at: at)
        case .outer(let number): function.emit(.outer(Int32(number)), at: at)
        case .slot(let slot):
            if function.unsettled.contains(slot) {
                let parameter = ParameterName(slot: slot, undefined: tables.undefined(named: name))
                function.emit(.parameter(tables.add(parameter: parameter)), at: at)
            } else {
                function.emit(.slot(Int32(slot)), at: at)
            }
        }
    }

    /// Takes a value, leaves what the filter makes of it.
    func apply(_ filter: FilterCall) throws(TemplateFault) {
        let site = try compile(filter.arguments, at: filter.at)
        guard let number = tables.filter(filter.name) else {
            throw unknown(.unknownFilter, filter.name, at: filter.at)
        }
        function.emit(.filter(number, site: site), at: filter.at)
    }

    private func compare(
        _ first: Expression, _ rest: [(ComparisonOperator, Expression)], at: Int
    ) throws(TemplateFault) {
        try compile(first)
        var ends: [Int] = []
        for (index, (comparison, part)) in rest.enumerated() {
            try compile(part)
            if index == rest.count - 1 {
                function.emit(.compare(comparison), at: at)
            } else {
                ends.append(function.emit(.compareChained(comparison, to: 0), at: at))
            }
        }
        for end in ends { function.land(end) }
    }

    private func choose(
        _ test: Expression, _ then: Expression, _ otherwise: Expression?, at: Int
    ) throws(TemplateFault) {
        try compile(test)
        let no = function.emit(.jumpIfFalse(to: 0), at: test.at)
        try compile(then)
        let end = function.emit(.jump(to: 0), at: at)
        function.land(no)
        if let otherwise {
            try compile(otherwise)
        } else {
            // Jinja2 takes its lenient kind here even where undefined values are strict.
            let nothing = Undefined(
                path: "", message: "the inline if-expression evaluated to false and no else section was defined",
                isLenient: true)
            function.emit(.constant(tables.add(constant: .undefined(nothing))), at: at)
        }
        function.land(end)
    }

    private func slice(
        _ part: Expression, _ start: Expression?, _ stop: Expression?, _ step: Expression?, at: Int
    ) throws(TemplateFault) {
        try compile(part)
        var parts: Instruction.SliceParts = []
        for (bound, name) in [(start, Instruction.SliceParts.start), (stop, .stop), (step, .step)] {
            guard let bound else { continue }
            try compile(bound)
            parts.insert(name)
        }
        function.emit(.slice(parts), at: at)
    }
}

extension Expression {
    /// The path that a chain of names and constant keys is, with dots: `customer.orders.0.total`.
    var path: String? {
        switch kind {
        case .name(let name): name
        case .attribute(let part, let name): part.path.map { "\($0).\(name)" }
        case .item(let part, let key):
            switch key.kind {
            case .literal(.int(let index)): part.path.map { "\($0).\(index)" }
            case .literal(.string(let name)): part.path.map { "\($0).\(name.string)" }
            case _: nil
            }
        case _: nil
        }
    }
}
