/// The tables of a program while it is compiled; what is the same stands in them once.
struct ProgramTables {
    private(set) var text: [UInt8] = []
    private(set) var constants: [Value] = []
    private(set) var inputs: [InputName] = []
    private(set) var attributes: [AttributeSite] = []
    private(set) var paths: [String] = []
    private(set) var filters: [Filter] = []
    private(set) var tests: [ValueTest] = []
    private(set) var calls: [CallSite] = []
    private(set) var loops: [LoopSite] = []
    private(set) var macros: [MacroSite] = []
    private(set) var targets: [Assignment] = []
    private(set) var outers: [OuterReference] = []
    private(set) var parameters: [ParameterName] = []
    var scopes: [[NameLoad]] = []

    private var inputNumbers: [Text: Int] = [:]
    private var outerNumbers: [OuterReference: Int] = [:]
    private var undefinedNames: [Text: Undefined] = [:]
    private var filterNumbers: [String: Int] = [:]
    private var testNumbers: [String: Int] = [:]

    mutating func add(text bytes: [UInt8]) -> (start: Int32, count: Int32) {
        defer { text.append(contentsOf: bytes) }
        return (Int32(text.count), Int32(bytes.count))
    }

    mutating func add(constant: Value) -> Int32 { Self.add(constant, to: &constants) }
    mutating func add(path: String) -> Int32 { Self.add(path, to: &paths) }
    mutating func add(attribute: AttributeSite) -> Int32 { Self.add(attribute, to: &attributes) }
    mutating func add(call: CallSite) -> Int32 { Self.add(call, to: &calls) }
    mutating func add(loop: LoopSite) -> Int32 { Self.add(loop, to: &loops) }
    mutating func add(macro: MacroSite) -> Int32 { Self.add(macro, to: &macros) }
    mutating func add(target: Assignment) -> Int { Int(Self.add(target, to: &targets)) }
    mutating func add(parameter: ParameterName) -> Int32 { Self.add(parameter, to: &parameters) }
    mutating func addScope() -> Int32 { Self.add([], to: &scopes) }

    private static func add<Element>(_ element: Element, to table: inout [Element]) -> Int32 {
        table.append(element)
        return Int32(table.count - 1)
    }

    mutating func input(_ name: Text) -> Int {
        if let number = inputNumbers[name] { return number }
        inputNumbers[name] = inputs.count
        inputs.append(
            InputName(
                bytes: name.bytes, global: GlobalFunction(rawValue: name.string), undefined: undefined(named: name)))
        return inputs.count - 1
    }

    mutating func outer(_ reference: OuterReference) -> Int {
        if let number = outerNumbers[reference] { return number }
        outerNumbers[reference] = outers.count
        outers.append(reference)
        return outers.count - 1
    }

    mutating func undefined(named name: Text) -> Undefined {
        if let known = undefinedNames[name] { return known }
        let undefined = Undefined(path: name.string, message: "'\(name.string)' is undefined")
        undefinedNames[name] = undefined
        return undefined
    }

    /// nil where there is no such filter.
    mutating func filter(_ name: String) -> Int32? {
        if let number = filterNumbers[name] { return Int32(number) }
        guard let filter = Filter.named(name) else { return nil }
        filterNumbers[name] = filters.count
        return Self.add(filter, to: &filters)
    }

    /// nil where there is no such test.
    mutating func test(_ name: String) -> Int32? {
        if let number = testNumbers[name] { return Int32(number) }
        guard let test = ValueTest.named(name) else { return nil }
        testNumbers[name] = tests.count
        return Self.add(test, to: &tests)
    }
}
