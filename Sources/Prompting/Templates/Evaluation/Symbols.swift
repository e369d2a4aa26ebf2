/// Where the names of one scope live: what Jinja2 decides about them, in the same order, oddities included.
///
/// A scope is entered with every name it uses already loaded: from the input, from the scope around it, or as undefined.
/// So a name that a scope assigns anywhere is its own from the start. `if` makes no scope; its branches are tried on
/// copies and brought together.
final class Symbols {
    /// A variable of a function's: scopes side by side that name the same thing on the same level share it.
    struct Variable: Hashable {
        var function: Int
        var level: Int
        var name: Text
    }

    enum Load {
        case parameter
        case input
        case alias(Variable)
        case undefined
    }

    let parent: Symbols?
    /// The function whose slots this scope's variables are.
    let function: Int
    let level: Int
    private(set) var variables: [Text: Variable] = [:]
    private(set) var loads: [Variable: Load] = [:]
    /// The keys of `loads` in the order of their first use.
    private(set) var order: [Variable] = []
    private(set) var stores: Set<Text> = []

    init(parent: Symbols?, function: Int) {
        self.parent = parent
        self.function = function
        level = parent.map { $0.level + 1 } ?? 0
    }

    private init(copying other: Symbols) {
        parent = other.parent
        function = other.function
        level = other.level
        variables = other.variables
        loads = other.loads
        order = other.order
        stores = other.stores
    }

    func copy() -> Symbols { Symbols(copying: self) }

    /// The variable that a name means here, and the scope that has it.
    func find(_ name: Text) -> (variable: Variable, scope: Symbols)? {
        var scope: Symbols? = self
        while let here = scope {
            if let variable = here.variables[name] { return (variable, here) }
            scope = here.parent
        }
        return nil
    }

    func load(_ name: Text) {
        if find(name) == nil { define(name, .input) }
    }

    func store(_ name: Text) {
        stores.insert(name)
        guard variables[name] == nil else { return }
        if let outer = parent?.find(name) {
            define(name, .alias(outer.variable))
        } else {
            define(name, .undefined)
        }
    }

    @discardableResult
    func declareParameter(_ name: Text) -> Variable {
        stores.insert(name)
        return define(name, .parameter)
    }

    @discardableResult
    private func define(_ name: Text, _ load: Load) -> Variable {
        let variable = Variable(function: function, level: level, name: name)
        variables[name] = variable
        set(load, of: variable)
        return variable
    }

    private func set(_ load: Load, of variable: Variable) {
        if loads.updateValue(load, forKey: variable) == nil { order.append(variable) }
    }

    /// Takes in what the branches of an `if` did: a name that only they assign is what it was before.
    func merge(_ branches: [Symbols]) {
        var stored: Set<Text> = []
        for branch in branches { stored.formUnion(branch.stores) }
        stored.subtract(stores)
        for branch in branches {
            variables.merge(branch.variables) { _, new in new }
            for variable in branch.order {
                if let load = branch.loads[variable] { set(load, of: variable) }
            }
            stores.formUnion(branch.stores)
        }
        for name in stored {
            guard let (variable, _) = find(name) else { continue }
            set(parent?.find(name).map { .alias($0.variable) } ?? .input, of: variable)
        }
    }
}
