/// What a compiled template is made of: a machine with a stack of values.
///
/// Numbers lead into the tables of `Program`; those called `to` are places in the same function's code.
enum Instruction: Sendable {
    // Output
    /// A range of `Program.text`.
    case text(start: Int32, count: Int32)
    case write
    /// The value to be written must be a string; where it is none the output it belongs to fails in the end.
    case requireText
    case writeInput(Int32)
    case writeSlot(Int32)
    /// Takes a value, writes an attribute of it.
    case writeAttribute(Int32)
    /// From here on output is kept back, until the matching `endCapture` makes a string of it.
    case beginCapture
    case endCapture
    /// Throws away what is kept back: a loop is left from within.
    case dropCaptures(Int32)

    // Names
    case constant(Int32)
    /// A member of the input, else a global function, else undefined.
    case input(Int32)
    case slot(Int32)
    /// A parameter whose own default may not be evaluated yet.
    case parameter(Int32)
    /// A slot of a function around this one.
    case outer(Int32)
    case store(Int32)
    case unpack(Int32)
    case checkNamespace
    /// Prepares the names of a scope, and forgets them.
    case enter(Int32)
    case leave(Int32)

    // Values
    case discard
    case attribute(Int32)
    /// Takes a key and a value; the number is of a path, or -1.
    case item(Int32)
    /// Takes those of start, stop and step that are there, and a value.
    case slice(SliceParts)
    case list(Int32)
    case tuple(Int32)
    case dict(Int32)
    case concatenate(Int32)
    case negate
    case plus
    case not
    case binary(BinaryOperator)
    case compare(ComparisonOperator)
    /// One comparison of a chain: where it holds its right side stays for the next, else False does and the chain ends.
    case compareChained(ComparisonOperator, to: Int32)
    case filter(Int32, site: Int32)
    case test(Int32, site: Int32, isNegated: Bool)

    // Ways
    case jump(to: Int32)
    case jumpIfFalse(to: Int32)
    /// `and`, `or`: the value stays where it decides, and is taken where it does not.
    case jumpKeepingIfFalse(to: Int32)
    case jumpKeepingIfTrue(to: Int32)
    case jumpIfProvided(Int32, to: Int32)

    // Loops
    case beginLoop(Int32)
    /// Puts the next element on the stack.
    case next(exit: Int32)
    /// A round came to its end, so there is no `else`.
    case complete
    case jumpIfCompleted(to: Int32)
    case endLoop

    // Calls
    /// Fails where the value to come before the arguments of a method has no attributes at all.
    case checkReceiver(Int32)
    case call(Int32)
    case callMethod(Int32, site: Int32)
    case macro(Int32)
    /// A macro's end: its output becomes a string.
    case endMacro
    /// The end of a function that is an expression; its value stays on the stack.
    case endExpression

    struct SliceParts: OptionSet, Sendable {
        let rawValue: UInt8
        static let start = Self(rawValue: 1)
        static let stop = Self(rawValue: 2)
        static let step = Self(rawValue: 4)
    }
}
