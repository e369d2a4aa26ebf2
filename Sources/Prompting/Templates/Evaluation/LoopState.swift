import JSON

/// A running loop: what `for` walks and, where the template asks, what `loop` says.
final class LoopState {
    private var source: Source
    private let count: Int
    private let condition: LoopSite.Condition?
    private let around: Activation
    /// Where the target is assigned while the condition is asked.
    private var conditionActivation: Activation?
    /// Elements the condition let through before their turn, because the length was asked for.
    private var collected: [Value]?
    private var collectedPlace = 0
    private var knownLength: Int?
    /// Of the element now, from 0.
    private var index0 = -1
    /// The next element, where somebody looked ahead; inner nil where there is none.
    private var ahead: Value??
    private var current: Value?
    private var before: Value?
    private var lastChanged: [Value]?
    /// A round came to its end.
    var isCompleted = false

    private enum Source {
        /// Elements of an array of the input: the next one's node.
        case nodes(Int, left: Int)
        case elements(ValueElements, next: Int)
    }

    init(
        over value: Value, condition: LoopSite.Condition?, in activation: Activation, _ context: RenderContext
    ) throws(RenderFault) {
        self.condition = condition
        around = activation
        if case .input(let node) = value, context.inputKind(node) == .array {
            count = Int(context.tape.nodes[node].count)
            source = .nodes(node + 1, left: count)
        } else {
            let elements = try context.elements(of: value)
            count = elements.count
            source = .elements(elements, next: 0)
        }
    }

    /// The next element, or nil at the end.
    func next(_ machine: Machine) throws(RenderFault) -> Value? {
        let element: Value?
        if let known = ahead {
            element = known
            ahead = nil
        } else {
            element = try advance(machine)
        }
        guard let element else { return nil }
        index0 += 1
        before = current
        current = element
        return element
    }

    // MARK: - Elements

    private func advance(_ machine: Machine) throws(RenderFault) -> Value? {
        if let collected {
            guard collectedPlace < collected.count else { return nil }
            collectedPlace += 1
            return collected[collectedPlace - 1]
        }
        guard let condition else { return takeFromSource(machine) }
        let activation = try activation(for: condition, machine)
        while let element = takeFromSource(machine) {
            let target = machine.program.targets[condition.target]
            try machine.context.spend()
            try machine.assign(element, to: target, in: activation)
            let holds = try machine.runWithin(condition.function, in: activation)
            if try machine.context.isTrue(holds) { return machine.assigned(target, in: activation) }
        }
        return nil
    }

    private func activation(
        for condition: LoopSite.Condition, _ machine: Machine
    ) throws(RenderFault) -> Activation {
        if let conditionActivation { return conditionActivation }
        let slots = machine.program.functions[condition.function].slotCount
        try machine.context.spend(bytes: 64 + 16 * slots)
        let activation = Activation(slotCount: slots, parent: around)
        conditionActivation = activation
        return activation
    }

    private func takeFromSource(_ machine: Machine) -> Value? {
        switch source {
        case .nodes(let node, let left):
            guard left > 0 else { return nil }
            source = .nodes(Int(machine.nodes[node].next), left: left - 1)
            return .input(node)
        case .elements(let elements, let next):
            guard next < count else { return nil }
            source = .elements(elements, next: next + 1)
            return elements[next]
        }
    }

    // MARK: - What `loop` says

    enum Field: String {
        case index, index0, revindex, revindex0, first, last, length, depth, depth0, previtem, nextitem
        case cycle, changed
    }

    /// - Parameter id: the loop's own, for its methods.
    func value(of field: Field, _ machine: Machine, _ id: Value.ObjectID) throws(RenderFault) -> Value {
        switch field {
        case .index: .int(index0 + 1)
        case .index0: .int(index0)
        case .revindex: .int(try length(machine) - index0)
        case .revindex0: .int(try length(machine) - index0 - 1)
        case .first: .bool(index0 == 0)
        case .last: .bool(try peek(machine) == nil)
        case .length: .int(try length(machine))
        // A loop within itself would be `recursive`, which is refused.
        case .depth: .int(1)
        case .depth0: .int(0)
        case .previtem:
            index0 == 0 ? Self.undefined("there is no previous item") : before ?? Self.undefined("no item yet")
        case .nextitem:
            if let next = try peek(machine) { next } else { Self.undefined("there is no next item") }
        case .cycle, .changed: try machine.add(.method(id, field.rawValue))
        }
    }

    private static func undefined(_ message: String) -> Value {
        .undefined(Undefined(path: "", message: message))
    }

    private func peek(_ machine: Machine) throws(RenderFault) -> Value? {
        if let known = ahead { return known }
        let element = try advance(machine)
        ahead = .some(element)
        return element
    }

    /// Of a loop with a condition, all that is left is put to it now: as in Jinja2, for a generator has no length.
    func length(_ machine: Machine) throws(RenderFault) -> Int {
        if condition == nil { return count }
        if let knownLength { return knownLength }
        var rest: [Value] = []
        while let element = try advance(machine) {
            try machine.context.spend(bytes: 16)
            rest.append(element)
        }
        collected = rest
        collectedPlace = 0
        let isAhead = if case .some(.some) = ahead { 1 } else { 0 }
        let length = rest.count + index0 + 1 + isAhead
        knownLength = length
        return length
    }

    /// As Python prints it: `1/3`.
    func progress(_ machine: Machine) throws(RenderFault) -> String { "\(index0 + 1)/\(try length(machine))" }

    func cycle(_ arguments: Arguments) throws(RenderFault) -> Value {
        guard arguments.keywords.isEmpty else { throw RenderFault(.type, "cycle() takes no keyword arguments") }
        guard !arguments.positional.isEmpty else { throw RenderFault(.type, "no items for cycling given") }
        return arguments.positional[index0 % arguments.positional.count]
    }

    func changed(_ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        guard arguments.keywords.isEmpty else { throw RenderFault(.type, "changed() takes no keyword arguments") }
        if let lastChanged, try context.equal(.tuple(lastChanged), .tuple(arguments.positional)) { return .bool(false) }
        lastChanged = arguments.positional
        return .bool(true)
    }
}

extension Machine {
    func beginLoop(
        _ site: LoopSite, over value: Value, in activation: Activation
    ) throws(RenderFault) -> LoopState {
        try context.spend(bytes: 64)
        let loop = try LoopState(over: value, condition: site.condition, in: activation, context)
        if let slot = site.loopSlot { activation.slots[slot] = try add(.loop(loop)) }
        return loop
    }
}
