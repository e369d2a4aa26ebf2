/// What a `Value.object` is.
enum MachineObject {
    case macro(MacroValue)
    case loop(LoopState)
    case namespace(NamespaceValue)
    case cycler(CyclerValue)
    case joiner(JoinerValue)
    case function(GlobalFunction)
    /// A method of another object, not called yet.
    case method(Value.ObjectID, String)
}

/// `namespace(…)`: the one thing a template can change from within a loop.
final class NamespaceValue {
    private var places: [Text: Int] = [:]
    private var names: [Value] = []
    private var values: [Value] = []

    func value(of name: Text) -> Value? { places[name].map { values[$0] } }

    /// Whether the name is new.
    func set(_ name: Text, _ value: Value) -> Bool {
        if let place = places[name] {
            values[place] = value
            return false
        }
        places[name] = values.count
        names.append(.string(name))
        values.append(value)
        return true
    }

    var dict: Dict { Dict(keys: names, values: values) }
}

/// `cycler(…)`
final class CyclerValue {
    private let items: [Value]
    private var place = 0

    /// - Parameter items: one at least.
    init(_ items: [Value]) { self.items = items }

    var current: Value { items[place] }

    func next() -> Value {
        defer { place = (place + 1) % items.count }
        return items[place]
    }

    func reset() { place = 0 }
}

/// `joiner(…)`: nothing the first time, its separator from then on.
final class JoinerValue {
    private let separator: Value
    private var isUsed = false

    init(_ separator: Value) { self.separator = separator }

    func next() -> Value {
        defer { isUsed = true }
        return isUsed ? separator : .string(Text([] as [UInt8]))
    }
}

extension Machine: ObjectTable {
    func attribute(_ name: String, of object: Value.ObjectID) throws(RenderFault) -> Value? {
        switch objects[object.index] {
        case .loop(let loop):
            guard let field = LoopState.Field(rawValue: name) else { return nil }
            return try loop.value(of: field, self, object)
        case .namespace(let namespace): return namespace.value(of: Text(name))
        case .cycler(let cycler):
            switch name {
            case "current": return cycler.current
            case "next", "reset": return try add(.method(object, name))
            case _: return nil
            }
        case .joiner: return nil
        case .macro(let macro): return attribute(name, of: macro.site)
        case .function, .method: return nil
        }
    }

    /// Methods that are called where they stand, which is how they nearly always are.
    func hasMethod(_ name: String, _ object: MachineObject) -> Bool {
        switch object {
        case .loop: name == "cycle" || name == "changed"
        case .cycler: name == "next" || name == "reset"
        case .macro, .namespace, .joiner, .function, .method: false
        }
    }

    private func attribute(_ name: String, of macro: MacroSite) -> Value? {
        switch name {
        case "name": macro.name.isEmpty ? Value.none : .string(Text(macro.name))
        case "arguments": .tuple(macro.parameters.map { .string(Text($0)) })
        case "catch_kwargs": .bool(macro.keywordsSlot != nil)
        case "catch_varargs": .bool(macro.restSlot != nil)
        case "caller": .bool(macro.speaksOfCaller)
        case "explicit_caller": .bool(macro.parameters.contains("caller"))
        case _: nil
        }
    }

    /// Calls what is no macro.
    func call(_ object: MachineObject, _ arguments: Arguments) throws(RenderFault) -> Value {
        switch object {
        case .function(let function): return try call(function, arguments)
        case .joiner(let joiner):
            guard arguments.isEmpty else { throw RenderFault(.type, "a joiner takes no arguments") }
            return joiner.next()
        case .method(let owner, let name):
            switch objects[owner.index] {
            case .loop(let loop):
                return name == "cycle" ? try loop.cycle(arguments) : try loop.changed(arguments, context)
            case .cycler(let cycler):
                guard arguments.isEmpty else { throw RenderFault(.type, "\(name)() takes no arguments") }
                if name == "next" { return cycler.next() }
                cycler.reset()
                return .none
            case .macro, .namespace, .joiner, .function, .method: break
            }
        case .loop: throw RenderFault(.type, "a loop must be recursive to be called, which is not supported")
        case .macro, .namespace, .cycler: break
        }
        throw RenderFault(.type, "the object is not callable")
    }

    func length(of object: Value.ObjectID) throws(RenderFault) -> Int? {
        guard case .loop(let loop) = objects[object.index] else { return nil }
        return try loop.length(self)
    }

    func isCallable(_ object: Value.ObjectID) -> Bool {
        switch objects[object.index] {
        case .macro, .joiner, .function, .method, .loop: true
        case .namespace, .cycler: false
        }
    }

    func writeRepr(of object: Value.ObjectID, to output: inout [UInt8], depth: Int) throws(RenderFault) -> Bool {
        switch objects[object.index] {
        case .macro(let macro):
            output.append("<Macro ")
            if macro.site.name.isEmpty {
                output.append("anonymous")
            } else {
                try context.writeRepr(.string(Text(macro.site.name)), to: &output, depth: depth + 1)
            }
        case .loop(let loop): output.append("<LoopContext \(try loop.progress(self))")
        case .namespace(let namespace):
            output.append("<Namespace ")
            try context.writeRepr(.dict(namespace.dict), to: &output, depth: depth + 1)
        case .cycler, .joiner, .function, .method: return false
        }
        output.append(">")
        return true
    }

    func typeName(of object: Value.ObjectID) -> String {
        switch objects[object.index] {
        case .macro: "Macro"
        case .loop: "LoopContext"
        case .namespace: "Namespace"
        case .cycler: "Cycler"
        case .joiner: "Joiner"
        case .function(let function): function.isType ? "type" : "function"
        case .method: "method"
        }
    }
}
