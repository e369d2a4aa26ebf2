import JSON

/// A value while a template is rendered: what is a Python object in Jinja2.
///
/// Values do not change once they are made, so they are shared freely; what does change (a namespace, a loop, a cycler)
/// is a place in a table of the evaluator's.
enum Value: Sendable {
    case undefined(Undefined)
    case none
    case bool(Bool)
    /// Python's integers have no end; what leaves 64 bits here is the fault `numberTooLarge`.
    case int(Int)
    case float(Double)
    case string(Text)
    case list([Value])
    case tuple([Value])
    case dict(Dict)
    case range(RangeValue)
    /// A node of `RenderContext.input`, of any kind, read only when it is needed. `RenderContext.plain(_:)` makes a
    /// value of one of the cases above of a scalar.
    case input(Int)
    /// Of the evaluator's own: a macro, a function, a loop, a namespace, a cycler, a joiner.
    case object(ObjectID)

    /// A place in the evaluator's table.
    struct ObjectID: Hashable, Sendable {
        var index: Int
    }
}

/// What a name, an attribute or an item that is not there evaluates to.
final class Undefined: Sendable {
    /// As the template's author wrote it: `customer.name`. Never a value.
    let path: String
    /// Jinja2's words: `'customer' is undefined`, `'dict object' has no attribute 'name'`.
    let message: String

    init(path: String, message: String) {
        self.path = path
        self.message = message
    }
}

/// What a call passes.
struct Arguments: Sendable {
    var positional: [Value] = []
    var keywords: [(name: String, value: Value)] = []
}
