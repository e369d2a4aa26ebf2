/// A function's code while it is written.
final class FunctionDraft {
    let index: Int
    let parent: FunctionDraft?
    private(set) var code: [Instruction] = []
    private(set) var offsets: [Int32] = []
    private var slots: [Symbols.Variable: Int] = [:]
    private var slotCount = 0
    /// Slots that some instruction reads; what is never read needs no loading.
    private(set) var readSlots: Set<Int> = []
    /// Slots that functions within this one read, so that they can outlive their scope.
    private(set) var capturedSlots: Set<Int> = []
    /// Where a jump may lead: text on both sides of it stays apart.
    private var barrier = 0
    var loops: [LoopDraft] = []
    /// How many captures are open here.
    var captures = 0
    /// Parameters whose defaults may still have to be evaluated, while defaults are compiled.
    var unsettled: Set<Int> = []

    struct LoopDraft {
        /// Captures that were open when it began.
        var captures: Int
        var start: Int
        /// Jumps out of it, to be led to its end.
        var exits: [Int] = []
    }

    init(index: Int, parent: FunctionDraft?) {
        self.index = index
        self.parent = parent
    }

    var here: Int { code.count }

    @discardableResult
    func emit(_ instruction: Instruction, at offset: Int) -> Int {
        code.append(instruction)
        offsets.append(Int32(clamping: offset))
        return code.count - 1
    }

    /// Text that follows text is one piece.
    func emitText(_ range: (start: Int32, count: Int32), at offset: Int) {
        guard range.count > 0 else { return }
        if here > barrier, case .text(let start, let count)? = code.last, start + count == range.start {
            code[here - 1] = .text(start: start, count: count + range.count)
        } else {
            emit(.text(start: range.start, count: range.count), at: offset)
        }
    }

    /// The last instruction, taken back where it may be merged with the next.
    func takeLast(_ isWanted: (Instruction) -> Bool) -> Instruction? {
        guard here > barrier, let last = code.last, isWanted(last) else { return nil }
        code.removeLast()
        offsets.removeLast()
        return last
    }

    /// A place that jumps lead to.
    func mark() -> Int {
        barrier = here
        return here
    }

    /// Leads a jump written earlier to the place that comes next.
    func land(_ jump: Int) {
        code[jump] = code[jump].leading(to: Int32(mark()))
    }

    func newSlot() -> Int {
        slotCount += 1
        return slotCount - 1
    }

    func slot(of variable: Symbols.Variable) -> Int {
        if let slot = slots[variable] { return slot }
        let slot = newSlot()
        slots[variable] = slot
        return slot
    }

    func markRead(_ slot: Int) { readSlots.insert(slot) }

    func markCaptured(_ slot: Int) {
        readSlots.insert(slot)
        capturedSlots.insert(slot)
    }

    /// The finished code, without the scopes in which there turned out to be nothing to do.
    func finished(isIdle: (Instruction) -> Bool) -> Function {
        var places: [Int32] = []
        places.reserveCapacity(code.count + 1)
        var count: Int32 = 0
        for instruction in code {
            places.append(count)
            if !isIdle(instruction) { count += 1 }
        }
        places.append(count)
        var compact: [Instruction] = []
        var origins: [Int32] = []
        compact.reserveCapacity(Int(count))
        origins.reserveCapacity(Int(count))
        for (instruction, offset) in zip(code, offsets) where !isIdle(instruction) {
            compact.append(instruction.target.map { instruction.leading(to: places[Int($0)]) } ?? instruction)
            origins.append(offset)
        }
        return Function(code: compact, offsets: origins, slotCount: slotCount)
    }
}

extension Instruction {
    /// Where it may jump to.
    var target: Int32? {
        switch self {
        case .jump(let to), .jumpIfFalse(let to), .jumpKeepingIfFalse(let to), .jumpKeepingIfTrue(let to),
            .jumpIfProvided(_, let to), .next(let to), .jumpIfCompleted(let to), .compareChained(_, let to):
            to
        case .text, .write, .requireText, .writeInput, .writeSlot, .writeAttribute, .beginCapture, .endCapture,
            .dropCaptures,
            .constant, .input, .slot, .parameter, .outer, .store, .unpack, .checkNamespace, .enter, .leave, .discard,
            .attribute, .item, .slice, .list, .tuple, .dict, .concatenate, .negate, .plus, .not, .binary, .compare,
            .filter, .test, .beginLoop, .complete, .endLoop, .checkReceiver, .call, .callMethod, .macro, .endMacro,
            .endExpression:
            nil
        }
    }

    func leading(to place: Int32) -> Instruction {
        switch self {
        case .jump: .jump(to: place)
        case .jumpIfFalse: .jumpIfFalse(to: place)
        case .jumpKeepingIfFalse: .jumpKeepingIfFalse(to: place)
        case .jumpKeepingIfTrue: .jumpKeepingIfTrue(to: place)
        case .jumpIfProvided(let slot, _): .jumpIfProvided(slot, to: place)
        case .next: .next(exit: place)
        case .jumpIfCompleted: .jumpIfCompleted(to: place)
        case .compareChained(let comparison, _): .compareChained(comparison, to: place)
        case .text, .write, .requireText, .writeInput, .writeSlot, .writeAttribute, .beginCapture, .endCapture,
            .dropCaptures,
            .constant, .input, .slot, .parameter, .outer, .store, .unpack, .checkNamespace, .enter, .leave, .discard,
            .attribute, .item, .slice, .list, .tuple, .dict, .concatenate, .negate, .plus, .not, .binary, .compare,
            .filter, .test, .beginLoop, .complete, .endLoop, .checkReceiver, .call, .callMethod, .macro, .endMacro,
            .endExpression:
            self
        }
    }
}
