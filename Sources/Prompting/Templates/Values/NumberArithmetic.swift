// `pow`, which the standard library does not have.
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension RenderContext {
    /// Python's arithmetic of ints and floats.
    func arithmetic(_ op: BinaryOperator, _ a: Number, _ b: Number) throws(RenderFault) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)): return try integer(op, a, b)
        case (.large, _), (_, .large): throw .integerTooLarge
        case (.int(let a), .float(let b)): return .float(try float(op, Double(a), b))
        case (.float(let a), .int(let b)): return .float(try float(op, a, Double(b)))
        case (.float(let a), .float(let b)): return .float(try float(op, a, b))
        }
    }

    private func integer(_ op: BinaryOperator, _ a: Int, _ b: Int) throws(RenderFault) -> Value {
        switch op {
        case .add: return .int(try fitting(a.addingReportingOverflow(b)))
        case .subtract: return .int(try fitting(a.subtractingReportingOverflow(b)))
        case .multiply: return .int(try fitting(a.multipliedReportingOverflow(by: b)))
        case .divide:
            if b == 0 { throw RenderFault(.zeroDivision, "division by zero") }
            return .float(Double(a) / Double(b))
        case .floorDivide:
            if b == 0 { throw RenderFault(.zeroDivision, "integer division or modulo by zero") }
            let quotient = try fitting(a.dividedReportingOverflow(by: b))
            return .int(a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient)
        case .modulo:
            if b == 0 { throw RenderFault(.zeroDivision, "integer modulo by zero") }
            if b == -1 { return .int(0) }
            let rest = a % b
            return .int(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
        case .power:
            if b < 0 {
                if a == 0 { throw RenderFault(.zeroDivision, "0.0 cannot be raised to a negative power") }
                return .float(pow(Double(a), Double(b)))
            }
            return .int(try power(a, b))
        }
    }

    private func fitting(_ result: (partialValue: Int, overflow: Bool)) throws(RenderFault) -> Int {
        if result.overflow { throw .integerTooLarge }
        return result.partialValue
    }

    private func power(_ base: Int, _ exponent: Int) throws(RenderFault) -> Int {
        switch base {
        case 0: return exponent == 0 ? 1 : 0
        case 1: return 1
        case -1: return exponent % 2 == 0 ? 1 : -1
        case _: break
        }
        // From 2 on, the 64th multiplication at the latest leaves 64 bits.
        var result = 1
        for _ in 0..<min(exponent, 64) { result = try fitting(result.multipliedReportingOverflow(by: base)) }
        return result
    }

    private func float(_ op: BinaryOperator, _ a: Double, _ b: Double) throws(RenderFault) -> Double {
        switch op {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide:
            if b == 0 { throw RenderFault(.zeroDivision, "float division by zero") }
            return a / b
        case .floorDivide:
            if b == 0 { throw RenderFault(.zeroDivision, "float floor division by zero") }
            return Self.floorDivision(a, b).quotient
        case .modulo:
            if b == 0 { throw RenderFault(.zeroDivision, "float modulo") }
            return Self.floorDivision(a, b).rest
        case .power: return try power(a, b)
        }
    }

    /// The rest has the divisor's sign, and so have zeros.
    private static func floorDivision(_ a: Double, _ b: Double) -> (quotient: Double, rest: Double) {
        var rest = a.truncatingRemainder(dividingBy: b)
        var quotient = (a - rest) / b
        if rest != 0 {
            if (b < 0) != (rest < 0) {
                rest += b
                quotient -= 1
            }
        } else {
            rest = Double(sign: b.sign, exponent: 0, significand: 1) * 0
        }
        guard quotient != 0 else { return ((a / b).sign == .minus ? -0.0 : 0.0, rest) }
        let floor = quotient.rounded(.down)
        return (quotient - floor > 0.5 ? floor + 1 : floor, rest)
    }

    private func power(_ base: Double, _ exponent: Double) throws(RenderFault) -> Double {
        if base == 0, exponent < 0 {
            throw RenderFault(.zeroDivision, "0.0 cannot be raised to a negative power")
        }
        if base < 0, base.isFinite, exponent.isFinite, exponent != exponent.rounded(.towardZero) {
            throw .value("a root of a number below zero is complex")
        }
        let result = pow(base, exponent)
        if result.isInfinite, base.isFinite, exponent.isFinite {
            throw RenderFault(.overflow, "Numerical result out of range")
        }
        return result
    }
}
