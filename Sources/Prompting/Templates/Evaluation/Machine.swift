import JSON

/// One rendering of one program: what its instructions work on.
final class Machine {
    let program: Program
    let context: RenderContext
    /// The input's own arrays: where the machine looks at most of it, it does so without a copy of the tape.
    let document: [UInt8]
    let nodes: [JSONTape.Node]
    /// What each of the program's input names is in this rendering.
    let inputs: [Value]
    /// What `Value.object` leads to.
    var objects: [MachineObject] = []
    /// Macros that are running.
    var depth = 0
    /// Runs within runs: a loop's condition, where it is evaluated because of `loop.last`.
    var nesting = 0
    /// A stack and an output for such runs.
    private var spare: (stack: [Value], output: [UInt8]) = ([], [])

    /// Every list, tuple and dict that was made, in that order. What a value is made of is older than the value, so
    /// letting go of the youngest first frees them one by one; a value that holds a value that holds a value … would
    /// else take the thread's stack with it. Their bytes are never paid back, so to keep them costs no limit anything.
    private var kept: [Value] = []

    static let maximumNesting = 8

    /// What a macro's end returns to.
    struct Frame {
        var function: Function
        var activation: Activation
        var place: Int
        /// Where in the output its own begins.
        var outputStart: Int
        var isPrinted: Bool
    }

    init(_ program: Program, _ context: RenderContext) throws(RenderFault) {
        self.program = program
        self.context = context
        document = context.input?.document ?? []
        nodes = context.input?.nodes ?? []
        (inputs, objects) = try Self.resolve(program.inputs, context)
    }

    private static func resolve(
        _ names: [InputName], _ context: RenderContext
    ) throws(RenderFault) -> ([Value], [MachineObject]) {
        var values: [Value] = []
        var objects: [MachineObject] = []
        values.reserveCapacity(names.count)
        for name in names {
            if let tape = context.input,
                let member = try Self.member(name.bytes, of: 0, tape.nodes, tape.document, context)
            {
                values.append(.input(member))
            } else if let global = name.global {
                values.append(.object(Value.ObjectID(index: objects.count)))
                objects.append(.function(global))
            } else {
                values.append(.undefined(name.undefined))
            }
        }
        return (values, objects)
    }

    func add(_ object: MachineObject, bytes: Int = 64) throws(RenderFault) -> Value {
        try context.spend(bytes: bytes)
        objects.append(object)
        return .object(Value.ObjectID(index: objects.count - 1))
    }

    /// Holds on to a value just made, if it can hold others.
    @inline(__always)
    func keeping(_ value: Value) -> Value {
        switch value {
        case .list, .tuple, .dict, .rare: kept.append(value)
        case .undefined, .none, .bool, .int, .float, .string, .range, .input, .object: break
        }
        return value
    }

    /// Lets go of all values, when nobody else holds any.
    func dismantle() {
        objects = []
        spare = ([], [])
        while !kept.isEmpty { kept.removeLast() }
    }

    func value(of name: NameReference, in activation: Activation) -> Value {
        switch name {
        case .slot(let slot): activation.slots[slot]
        case .input(let number): inputs[number]
        case .outer(let number):
            activation.outwards(program.outers[number].hops).slots[program.outers[number].slot]
        }
    }

    func load(_ scope: Int32, in activation: Activation) throws(RenderFault) {
        let names = program.scopes[Int(scope)]
        if names.count > 8 { try context.spend(steps: names.count >> 3) }
        for name in names {
            switch name.from {
            case .input(let number): activation.slots[name.slot] = inputs[number]
            case .alias(let other): activation.slots[name.slot] = value(of: other, in: activation)
            case .undefined: activation.slots[name.slot] = .undefined(name.undefined)
            }
        }
    }

    /// Runs another function while one runs: what it leaves on its stack, or else its output.
    func runWithin(_ function: Int, in activation: Activation) throws(RenderFault) -> Value {
        guard nesting < Self.maximumNesting else { throw .tooDeep(Self.maximumNesting) }
        nesting += 1
        var (stack, output) = spare
        spare = ([], [])
        try run(function, in: activation, stack: &stack, output: &output)
        let result = stack.popLast() ?? .string(Text(output))
        stack.removeAll(keepingCapacity: true)
        output.removeAll(keepingCapacity: true)
        spare = (stack, output)
        nesting -= 1
        return result
    }
}

extension Machine {
    /// The node of an object's member; nil where there is none, or this is no object.
    @inline(__always)
    func member(_ name: [UInt8], of node: Int) throws(RenderFault) -> Int? {
        try Self.member(name, of: node, nodes, document, context)
    }

    @inline(__always)
    static func member(
        _ name: [UInt8], of node: Int, _ nodes: [JSONTape.Node], _ document: [UInt8], _ context: RenderContext
    ) throws(RenderFault) -> Int? {
        guard case .object = nodes[node].kind else { return nil }
        let count = nodes[node].count
        // Looking along a large object is work, looking along a small one is less than the rest of an instruction.
        if count > 8 { try context.spend(steps: Int(count >> 3)) }
        if name.count >= 64 { try context.spend(reading: name.count * Int(count)) }
        var key = node + 1
        for _ in 0..<count {
            let place = nodes[key]
            if place.isPlain {
                if Int(place.end &- place.start) == name.count + 2, isSame(name, document, Int(place.start) + 1) {
                    return key + 1
                }
            } else {
                context.charge(reading: Int(place.end &- place.start))
                if context.input?.isString(key, name) == true { return key + 1 }
            }
            key = Int(nodes[key + 1].next)
        }
        return nil
    }

    /// Whether these bytes stand in the document from a place on. Names are short: a call would cost more than they do.
    @inline(__always)
    private static func isSame(_ name: [UInt8], _ document: [UInt8], _ start: Int) -> Bool {
        for offset in name.indices where document[start + offset] != name[offset] { return false }
        return true
    }
}
