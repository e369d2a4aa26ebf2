/// A compiled template: names resolved to places, constants made, filters found. Never changes, so all loops share it.
final class Program: Sendable {
    /// 0 is the template itself; the others are macros, call blocks and the conditions of loops.
    let functions: [Function]
    /// What is printed as it is.
    let text: [UInt8]
    let constants: [Value]
    /// Names that no scope of the template's binds.
    let inputs: [InputName]
    let attributes: [AttributeSite]
    let paths: [String]
    let filters: [Filter]
    let tests: [ValueTest]
    let calls: [CallSite]
    let loops: [LoopSite]
    let macros: [MacroSite]
    let targets: [Assignment]
    let outers: [OuterReference]
    let parameters: [ParameterName]
    let scopes: [[NameLoad]]
    /// For the places of faults.
    let source: TemplateSource
    /// Of a template that is one `{{ … }}`: the function that is its expression.
    let expression: Int?

    init(_ tables: ProgramTables, functions: [Function], expression: Int?, source: TemplateSource) {
        self.functions = functions
        self.source = source
        self.expression = expression
        text = tables.text
        constants = tables.constants
        inputs = tables.inputs
        attributes = tables.attributes
        paths = tables.paths
        filters = tables.filters
        tests = tables.tests
        calls = tables.calls
        loops = tables.loops
        macros = tables.macros
        targets = tables.targets
        outers = tables.outers
        parameters = tables.parameters
        scopes = tables.scopes
    }

    /// Line and column, from 1, of a byte of the source.
    func place(of offset: Int) -> (line: Int, column: Int) { source.place(of: offset) }

    /// Memory it holds, in bytes, roughly.
    var byteCost: Int {
        var cost = text.count + constants.count * 64 + inputs.count * 160 + attributes.count * 160 + paths.count * 64
        cost += (filters.count + tests.count) * 32 + calls.count * 96 + (loops.count + macros.count) * 160
        cost += targets.count * 64 + outers.count * 32 + scopes.reduce(0) { $0 + 32 + $1.count * 32 }
        return functions.reduce(cost) {
            $0 + 64 + $1.code.count * MemoryLayout<Instruction>.stride + $1.offsets.count * 4
        }
    }
}

/// Code that runs with slots of its own.
final class Function: Sendable {
    let code: [Instruction]
    /// For each instruction where in the source it comes from.
    let offsets: [Int32]
    let slotCount: Int

    init(code: [Instruction], offsets: [Int32], slotCount: Int) {
        self.code = code
        self.offsets = offsets
        self.slotCount = slotCount
    }
}

/// A name that is looked up in the input, and among the global functions where the input does not have it.
struct InputName: Sendable {
    let bytes: [UInt8]
    let global: GlobalFunction?
    let undefined: Undefined
}

/// `….name`, prepared.
final class AttributeSite: Sendable {
    let name: String
    let bytes: [UInt8]
    /// As the author wrote it: `customer.name`.
    let path: String
    /// Of a dict this is never one of its methods, so it can only be a key.
    let isKey: Bool
    /// Of a loop: what it says.
    let loopField: LoopState.Field?

    init(name: String, path: String) {
        self.name = name
        self.path = path
        bytes = Array(name.utf8)
        loopField = LoopState.Field(rawValue: name)
        isKey = !name.utf8.starts(with: [95, 95]) && !Self.dictMethods.contains(name)
    }

    private static let dictMethods: Set<String> = [
        "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values",
    ]
}

/// The form of an argument list. On the stack lie, from below: the positional ones, `*list`, the keywords', `**dict`.
final class CallSite: Sendable {
    let positionalCount: Int
    let keywords: [String]
    let hasUnpacked: Bool
    let hasUnpackedKeywords: Bool
    /// The result is printed, nothing else.
    let isPrinted: Bool
    /// The last keyword is the block's own macro.
    let isCallBlock: Bool

    init(
        positionalCount: Int, keywords: [String], hasUnpacked: Bool, hasUnpackedKeywords: Bool, isPrinted: Bool,
        isCallBlock: Bool
    ) {
        self.positionalCount = positionalCount
        self.keywords = keywords
        self.hasUnpacked = hasUnpacked
        self.hasUnpackedKeywords = hasUnpackedKeywords
        self.isPrinted = isPrinted
        self.isCallBlock = isCallBlock
    }

    var isPlain: Bool { keywords.isEmpty && !hasUnpacked && !hasUnpackedKeywords }
    var valueCount: Int { positionalCount + keywords.count + (hasUnpacked ? 1 : 0) + (hasUnpackedKeywords ? 1 : 0) }
}

final class LoopSite: Sendable {
    /// Where `loop` lives; nil where the body does not speak of it.
    let loopSlot: Int?
    let condition: Condition?

    /// A loop's `if`: a function whose slots the target is assigned to.
    struct Condition: Sendable {
        let function: Int
        let target: Int
    }

    init(loopSlot: Int?, condition: Condition?) {
        self.loopSlot = loopSlot
        self.condition = condition
    }
}

final class MacroSite: Sendable {
    /// Empty for that of a call block.
    let name: String
    let function: Int
    let parameters: [String]
    /// Slots of the parameters, in their order.
    let slots: [Int]
    /// Slots of what a macro gets only where its body speaks of it.
    let callerSlot: Int?
    let keywordsSlot: Int?
    let restSlot: Int?

    init(
        name: String, function: Int, parameters: [String], slots: [Int], callerSlot: Int?, keywordsSlot: Int?,
        restSlot: Int?
    ) {
        self.name = name
        self.function = function
        self.parameters = parameters
        self.slots = slots
        self.callerSlot = callerSlot
        self.keywordsSlot = keywordsSlot
        self.restSlot = restSlot
    }

    var speaksOfCaller: Bool { callerSlot != nil || parameters.contains("caller") }

    /// Whether nothing but positional arguments can come.
    var isPlain: Bool { callerSlot == nil && keywordsSlot == nil && restSlot == nil }
}

/// What a value is assigned to, resolved.
indirect enum Assignment: Sendable {
    case slot(Int)
    case tuple([Assignment])
    case attribute(of: NameReference, Text)
}

enum NameReference: Hashable, Sendable {
    case slot(Int)
    case outer(Int)
    case input(Int)
}

struct OuterReference: Hashable, Sendable {
    /// How many functions outwards, at least 1.
    let hops: Int
    let slot: Int
}

/// What a name is when its scope begins.
struct NameLoad: Sendable {
    let slot: Int
    let from: Source
    let undefined: Undefined

    enum Source: Sendable {
        case input(Int)
        case alias(NameReference)
        case undefined
    }
}

/// A parameter read by the default of another one, before or after its own.
struct ParameterName: Sendable {
    let slot: Int
    let undefined: Undefined
}
