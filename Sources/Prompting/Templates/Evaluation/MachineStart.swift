extension Machine {
    /// Lends a machine, and takes it apart when it has done its work.
    static func with(
        _ program: Program, _ context: RenderContext, _ work: (Machine) throws(RenderFault) -> Void
    ) throws(RenderFault) {
        let machine = try Machine(program, context)
        context.objects = machine
        defer {
            context.objects = nil
            machine.dismantle()
        }
        try work(machine)
    }

    /// Not inlined: all its values must be gone when the machine is taken apart.
    @inline(never)
    func run(into output: inout [UInt8]) throws(RenderFault) {
        var stack: [Value] = []
        let activation = Activation(slotCount: program.functions[0].slotCount, parent: nil)
        try run(0, in: activation, stack: &stack, output: &output)
    }

    /// Not inlined, for the same reason.
    @inline(never)
    func writeJSON(of expression: Int, to json: inout [UInt8]) throws(RenderFault) {
        let activation = Activation(slotCount: program.functions[expression].slotCount, parent: nil)
        let value = try runWithin(expression, in: activation)
        do throws(RenderFault) {
            if case .undefined(let undefined) = value {
                // As where it would be printed.
                if context.isLenient { return }
                throw undefined.fault
            }
            try context.writeJSON(value, to: &json)
        } catch {
            throw located(error, program.functions[expression].offsets.last ?? 0)
        }
    }
}
