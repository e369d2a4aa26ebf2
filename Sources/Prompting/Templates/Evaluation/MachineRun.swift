extension Machine {
    /// Runs a function to its end. Calls of macros nest in `frames`, not on the thread's stack.
    func run(
        _ number: Int, in start: Activation, stack: inout [Value], output: inout [UInt8]
    ) throws(RenderFault) {
        let program = program
        let context = context
        let outputLimit = output.count + context.outputBytesLeft
        var function = program.functions[number]
        var code = function.code
        var activation = start
        var place = 0
        var frames: [Frame] = []
        var loops: [LoopState] = []
        var captures: [Int] = []
        /// What was put out that is no string, in how many frames and captures: it fails where they are joined.
        var misfits: [(depth: Int, fault: RenderFault)] = []

        do throws(RenderFault) {
            while true {
                try context.spend()
                let instruction = code[place]
                place += 1
                switch instruction {
                // MARK: Output
                case .text(let start, let count):
                    output.append(contentsOf: program.text[Int(start)..<Int(start) + Int(count)])
                    if output.count > outputLimit { throw tooMuchOutput() }
                case .write:
                    try write(stack.removeLast(), to: &output, atMost: outputLimit)
                case .requireText:
                    if let fault = misfit(stack[stack.count - 1]) {
                        misfits.append((frames.count + captures.count, located(fault, function.offsets[place - 1])))
                        stack[stack.count - 1] = .string(Text.empty)
                    }
                case .writeInput(let number):
                    try write(inputs[Int(number)], to: &output, atMost: outputLimit)
                case .writeSlot(let slot):
                    try write(activation.slots[Int(slot)], to: &output, atMost: outputLimit)
                case .writeAttribute(let number):
                    let value = try attribute(stack.removeLast(), program.attributes[Int(number)])
                    try write(value, to: &output, atMost: outputLimit)
                case .beginCapture: captures.append(output.count)
                case .endCapture:
                    try refuse(misfits, in: frames.count + captures.count)
                    let start = captures.removeLast()
                    stack.append(try take(outputFrom: start, of: &output))
                case .dropCaptures(let count):
                    output.removeLast(output.count - captures[captures.count - Int(count)])
                    captures.removeLast(Int(count))
                    misfits.removeAll { $0.depth > frames.count + captures.count }

                // MARK: Names
                case .constant(let number): stack.append(program.constants[Int(number)])
                case .input(let number): stack.append(inputs[Int(number)])
                case .slot(let slot): stack.append(activation.slots[Int(slot)])
                case .parameter(let number):
                    let parameter = program.parameters[Int(number)]
                    let value = activation.slots[parameter.slot]
                    stack.append(value.isProvided ? value : .undefined(parameter.undefined))
                case .outer(let number): stack.append(value(of: .outer(Int(number)), in: activation))
                case .store(let slot): activation.slots[Int(slot)] = stack.removeLast()
                case .unpack(let number):
                    try assign(stack.removeLast(), to: program.targets[Int(number)], in: activation)
                case .checkNamespace: _ = try namespace(stack.removeLast())
                case .enter(let scope), .leave(let scope): try load(scope, in: activation)

                // MARK: Values
                case .discard: stack.removeLast()
                case .attribute(let number):
                    stack.append(try attribute(stack.removeLast(), program.attributes[Int(number)]))
                case .item(let path):
                    let key = stack.removeLast()
                    let value = stack.removeLast()
                    stack.append(try context.item(value, key, path: path < 0 ? "" : program.paths[Int(path)]))
                case .slice(let parts): try slice(parts, &stack)
                case .list(let count): stack.append(keeping(.list(try take(Int(count), from: &stack))))
                case .tuple(let count): stack.append(keeping(.tuple(try take(Int(count), from: &stack))))
                case .dict(let count): stack.append(keeping(.dict(try dict(of: Int(count), from: &stack))))
                case .concatenate(let count): stack.append(try concatenate(Int(count), from: &stack))
                case .negate: stack.append(try context.negated(stack.removeLast()))
                case .plus: stack.append(try context.plus(stack.removeLast()))
                case .not: stack.append(.bool(try !context.isTrue(stack.removeLast())))
                case .binary(let operation):
                    let right = stack.removeLast()
                    let left = stack.removeLast()
                    stack.append(keeping(try context.binary(operation, left, right)))
                case .compare(let comparison):
                    let right = stack.removeLast()
                    let left = stack.removeLast()
                    stack.append(.bool(try context.compare(left, comparison, right)))
                case .compareChained(let comparison, let end):
                    let right = stack.removeLast()
                    let left = stack.removeLast()
                    if try context.compare(left, comparison, right) {
                        stack.append(right)
                    } else {
                        stack.append(.bool(false))
                        place = Int(end)
                    }
                case .filter(let number, let site):
                    let arguments = try arguments(program.calls[Int(site)], from: &stack)
                    let value = stack.removeLast()
                    stack.append(keeping(try program.filters[Int(number)].apply(value, arguments, context)))
                case .test(let number, let site, let isNegated):
                    let arguments = try arguments(program.calls[Int(site)], from: &stack)
                    let value = stack.removeLast()
                    let holds = try program.tests[Int(number)].holds(value, arguments, context)
                    stack.append(.bool(holds != isNegated))

                // MARK: Ways
                case .jump(let to): place = Int(to)
                case .jumpIfFalse(let to):
                    if try !context.isTrue(stack.removeLast()) { place = Int(to) }
                case .jumpKeepingIfFalse(let to):
                    if try context.isTrue(stack[stack.count - 1]) { stack.removeLast() } else { place = Int(to) }
                case .jumpKeepingIfTrue(let to):
                    if try context.isTrue(stack[stack.count - 1]) { place = Int(to) } else { stack.removeLast() }
                case .jumpIfProvided(let slot, let to):
                    if activation.slots[Int(slot)].isProvided { place = Int(to) }

                // MARK: Loops
                case .beginLoop(let number):
                    loops.append(try beginLoop(program.loops[Int(number)], over: stack.removeLast(), in: activation))
                case .next(let exit):
                    if let element = try loops[loops.count - 1].next(self) {
                        stack.append(element)
                    } else {
                        place = Int(exit)
                    }
                case .complete: loops[loops.count - 1].isCompleted = true
                case .jumpIfCompleted(let to): if loops.removeLast().isCompleted { place = Int(to) }
                case .endLoop: loops.removeLast()

                // MARK: Calls
                case .checkReceiver(let number):
                    if case .undefined = stack[stack.count - 1] {
                        _ = try attribute(stack[stack.count - 1], program.attributes[Int(number)])
                    }
                case .call(let number), .callMethod(_, let number):
                    let site = program.calls[Int(number)]
                    let outcome: CallOutcome
                    if case .callMethod(let attribute, _) = instruction {
                        outcome = try callMethod(program.attributes[Int(attribute)], site, &stack)
                    } else {
                        outcome = try call(site, &stack)
                    }
                    switch outcome {
                    case .value(let value):
                        if site.isCallBlock, let fault = misfit(value) {
                            misfits.append((frames.count + captures.count, located(fault, function.offsets[place - 1])))
                        } else if site.isPrinted {
                            try write(value, to: &output, atMost: outputLimit)
                        } else {
                            stack.append(keeping(value))
                        }
                    case .macro(let macro, let inner):
                        try enterMacro()
                        frames.append(
                            Frame(
                                function: function, activation: activation, place: place, outputStart: output.count,
                                isPrinted: site.isPrinted))
                        function = program.functions[macro.site.function]
                        code = function.code
                        activation = inner
                        place = 0
                    }
                case .macro(let number):
                    stack.append(try add(.macro(MacroValue(site: program.macros[Int(number)], around: activation))))
                case .endMacro:
                    try refuse(misfits, in: frames.count + captures.count)
                    guard let frame = frames.popLast() else { return }
                    depth -= 1
                    if !frame.isPrinted { stack.append(try take(outputFrom: frame.outputStart, of: &output)) }
                    function = frame.function
                    code = function.code
                    activation = frame.activation
                    place = frame.place
                case .endExpression: return
                }
            }
        } catch {
            throw located(error, function.offsets[max(place - 1, 0)])
        }
    }

    private func refuse(_ misfits: [(depth: Int, fault: RenderFault)], in depth: Int) throws(RenderFault) {
        if let last = misfits.last, last.depth == depth { throw last.fault }
    }

    private func enterMacro() throws(RenderFault) {
        guard depth < context.limits.depth else { throw .tooDeep(context.limits.depth) }
        depth += 1
    }

    /// The innermost place is the one that is told.
    func located(_ fault: RenderFault, _ offset: Int32) -> RenderFault {
        guard fault.line == nil else { return fault }
        var fault = fault
        (fault.line, fault.column) = program.place(of: Int(offset))
        // Jinja2 names the attribute alone; whoever reads this wants to know which one of which.
        if fault.kind == .undefined, let path = fault.path, !fault.message.contains("'\(path)'") {
            fault.message = "\(path) is undefined: \(fault.message)"
        }
        return fault
    }
}
