/// `map`, `select` and their like. Python makes each element when it is asked for, here all are made at once: what is
/// seen of it is that a fault comes though nobody asks for the element.
enum SelectionFilters {
    static func map(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        guard try context.isTrue(value) else { return .generator([]) }
        if arguments.positional.isEmpty, let attribute = arguments.keywords.first(where: { $0.name == "attribute" }) {
            let path = try AttributePath(attribute.value, context)
            var fallback: Value?
            for keyword in arguments.keywords where keyword.name != "attribute" {
                guard keyword.name == "default" else {
                    throw RenderFault(.filterArgument, "Unexpected keyword argument")
                }
                if !context.isNone(keyword.value) { fallback = keyword.value }
            }
            return try mapped(value, context) { element throws(RenderFault) in
                try path.value(of: element, context, default: fallback)
            }
        }
        guard let name = arguments.positional.first else {
            throw RenderFault(.filterArgument, "map requires a filter argument")
        }
        // A name that nobody has is found out at the first element.
        guard context.isIterable(value) else { return try mapped(value, context) { $0 } }
        let filter = try Filter.named(calledName(name, context))
        guard let filter else { throw RenderFault(.runtime, "No filter of the name that map was given") }
        let rest = Arguments(positional: Array(arguments.positional.dropFirst()), keywords: arguments.keywords)
        return try mapped(value, context) { element throws(RenderFault) in try filter.apply(element, rest, context) }
    }

    private static func mapped(
        _ value: Value, _ context: RenderContext, _ map: (Value) throws(RenderFault) -> Value
    ) throws(RenderFault) -> Value {
        let elements = try context.elements(of: value)
        try context.spend(bytes: 16 * elements.count)
        var results: [Value] = []
        results.reserveCapacity(elements.count)
        for index in 0..<elements.count {
            try context.spend()
            results.append(try map(elements[index]))
        }
        return .generator(results)
    }

    /// A name that is no string is no filter's.
    private static func calledName(_ value: Value, _ context: RenderContext) throws(RenderFault) -> String {
        _ = try context.dictKey(value)
        return context.isString(value) ? try context.text(of: value).string : ""
    }

    static func select(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try filtered(value, arguments, context, byAttribute: false, keeps: true)
    }

    static func reject(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try filtered(value, arguments, context, byAttribute: false, keeps: false)
    }

    static func selectattr(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        try filtered(value, arguments, context, byAttribute: true, keeps: true)
    }

    static func rejectattr(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        try filtered(value, arguments, context, byAttribute: true, keeps: false)
    }

    private static func filtered(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext, byAttribute: Bool, keeps: Bool
    ) throws(RenderFault) -> Value {
        guard try context.isTrue(value) else { return .generator([]) }
        var rest = arguments.positional[...]
        var path: AttributePath?
        if byAttribute {
            guard let attribute = rest.popFirst() else {
                throw RenderFault(.filterArgument, "Missing parameter for attribute name")
            }
            path = try AttributePath(attribute, context)
        }
        var test: ValueTest?
        let elements = try context.elements(of: value)
        if let name = rest.popFirst() {
            test = try ValueTest.named(calledName(name, context))
            if test == nil { throw RenderFault(.runtime, "No test of the name that was given") }
        }
        let testArguments = Arguments(positional: Array(rest), keywords: arguments.keywords)
        try context.spend(bytes: 16 * elements.count)
        var kept: [Value] = []
        for index in 0..<elements.count {
            try context.spend()
            let element = elements[index]
            let tested = try path?.value(of: element, context) ?? element
            let holds: Bool
            if let test {
                holds = try test.holds(tested, testArguments, context)
            } else {
                holds = try context.isTrue(tested)
            }
            if holds == keeps { kept.append(element) }
        }
        return .generator(kept)
    }
}
