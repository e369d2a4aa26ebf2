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
    case rare(Rare)

    /// A place in the evaluator's table.
    struct ObjectID: Hashable, Sendable {
        var index: Int
    }

    /// What templates seldom hold for longer than a moment.
    indirect enum Rare: Sendable {
        /// `d.items()`, `d.keys()`, `d.values()` of a dict, an input object included.
        case view(View, of: Value)
        /// What Python makes an iterator of: `map`, `select`, `batch`, `reverse` …
        case iterator(Iterator)
        /// A method that is not called (yet): `d.items`.
        case method(String, of: Value)
        /// What `groupby` lists: a pair whose items are also `grouper` and `list`.
        case group(key: Value, members: Value)
    }

    enum View: String, Sendable { case items, keys, values }

    /// Walked once, without a length, always true. Its elements are all made when it is: Python makes each when asked.
    ///
    /// `@unchecked Sendable`: only a rendering makes one, and all of it happens on one thread; none is among a program's
    /// constants, which are what renderings share.
    final class Iterator: @unchecked Sendable {
        // Made within one rendering, which is one thread's, and never among a template's constants.
        let elements: [Value]
        /// Python's: `generator`, `list_reverseiterator` …
        let typeName: String
        private(set) var position = 0

        init(_ elements: [Value], typeName: String = "generator") {
            self.elements = elements
            self.typeName = typeName
        }

        func next() -> Value? {
            guard position < elements.count else { return nil }
            position += 1
            return elements[position - 1]
        }

        /// What is left, which is nothing afterwards.
        func takeRest() -> [Value] {
            defer { position = elements.count }
            return position == 0 ? elements : Array(elements[position...])
        }
    }

    static func string(_ bytes: [UInt8]) -> Value { .string(Text(bytes)) }
    /// Elements that are made already, as a filter yields them.
    static func generator(_ elements: [Value]) -> Value { .rare(.iterator(Iterator(elements))) }
}

/// What a name, an attribute or an item that is not there evaluates to.
final class Undefined: Sendable {
    /// As the template's author wrote it: `customer.name`. Never a value.
    let path: String
    /// Jinja2's words: `'customer' is undefined`, `'dict object' has no attribute 'name'`.
    let message: String
    /// What using it throws: `refused` for what the sandbox keeps back.
    let kind: RenderFault.Kind
    /// Prints as nothing even where undefined values are strict: what Jinja2 takes for the `else` that is not there.
    let isLenient: Bool

    init(path: String, message: String, kind: RenderFault.Kind = .undefined, isLenient: Bool = false) {
        self.path = path
        self.message = message
        self.kind = kind
        self.isLenient = isLenient
    }

    var fault: RenderFault { RenderFault(kind, message, path: path.isEmpty ? nil : path) }
}

/// What a call passes.
struct Arguments: Sendable {
    var positional: [Value] = []
    var keywords: [(name: String, value: Value)] = []

    var isEmpty: Bool { positional.isEmpty && keywords.isEmpty }
}
