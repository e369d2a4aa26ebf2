import JSON

/// One check of a value with a schema. Quiet, it stops at the first rule that is broken; reporting, it goes on and
/// notes each.
struct SchemaCheck {
    let program: SchemaProgram
    let tape: JSONTape
    // The tables that every step reads, held here so that they are one load away; `program` keeps them.
    let schemas: SchemaTable<CompiledSchema>
    let rules: SchemaTable<SchemaRule>
    let lists: SchemaTable<Int32>
    let tables: SchemaTable<MemberTable>
    let entries: SchemaTable<MemberEntry>
    let nameRanges: SchemaTable<NameRange>
    let names: [UInt8]
    let nodes: [JSONTape.Node]

    /// What a check may still cost: a step a schema applied, a member or an element visited, sixteen bytes read. All that
    /// a schema or a value can make many of is paid for, so that a step never takes much longer than a microsecond.
    var stepsLeft: Int
    var depth = 0
    /// Too many steps, or too deep: nothing said since counts.
    private(set) var isGivenUp = false
    var isReporting = false
    /// The resources that the schemas at hand stand in, outermost first. Kept only where references are dynamic.
    var scope: [Int32] = []
    let isDynamic: Bool
    private var notes: [Note] = []

    struct Note: Hashable {
        var node: Int
        var schema: Int
        var keyword: SchemaKeyword?
        /// The rule, or the name that is missing.
        var detail: Int
    }

    /// Schemas applied within schemas; what one takes of the stack, times this, is less than the smallest stack of ours.
    static let maximumDepth = 256
    static let steps = 2_000_000
    static let stepsPerNode = 50
    /// However large the value is: some seconds.
    static let maximumSteps = 50_000_000
    private static let maximumNotes = 512
    /// Of all violations together: names in a value can be long, and each pointer repeats those that lead to it.
    private static let maximumPointerBytes = 64 << 10

    init(_ program: SchemaProgram, _ tape: JSONTape, steps: Int = .max) {
        self.program = program
        self.tape = tape
        schemas = program.schemas
        rules = program.rules
        lists = program.lists
        tables = program.tables
        entries = program.entries
        nameRanges = program.nameRanges
        names = program.names
        nodes = tape.nodes
        isDynamic = !program.dynamicTargets.isEmpty
        stepsLeft = min(Self.steps + Self.stepsPerNode * tape.nodes.count, Self.maximumSteps, steps)
    }

    mutating func accepts() -> Bool { check(program.root, 0) && !isGivenUp }

    /// What is said where the check was given up.
    static let limit = SchemaViolation(
        pointer: "", rule: SchemaViolation.limitRule, schemaPointer: "",
        message: "the schema takes too much work to check this value")

    // MARK: - Limits

    /// Answers false, for good, where there is nothing left.
    @inline(__always)
    mutating func spend(_ steps: Int = 1) -> Bool {
        stepsLeft -= steps
        if stepsLeft < 0 {
            isGivenUp = true
            return false
        }
        return true
    }

    mutating func giveUp() { isGivenUp = true }

    /// Steps for reading all that a value is written as.
    @inline(__always)
    func weight(_ node: Int) -> Int { tape.bytes(of: node).count / 16 }

    /// Runs what decides without being a fault itself: a branch, a condition.
    @inline(__always)
    mutating func quietly(_ schema: Int32, _ node: Int) -> Bool {
        let wasReporting = isReporting
        isReporting = false
        defer { isReporting = wasReporting }
        return check(Int(schema), node)
    }

    // MARK: - Schemas

    /// Whether a node fits a schema. This, `apply` and the functions that it calls go into each other, so what they hold
    /// on the stack is kept small.
    mutating func check(_ number: Int, _ node: Int) -> Bool {
        if number == SchemaProgram.anything { return true }
        guard spend() else { return false }
        var number = number
        var schema = schemas[number]
        if schema.alias >= 0 {
            number = Int(schema.alias)
            schema = schemas[number]
        }
        let kind = nodes[node].kindCode
        guard schema.types & (1 << kind) != 0 || kind == 3 && isAllowedInteger(schema.types, node) else {
            note(number, node, number == SchemaProgram.nothing ? nil : .type)
            return false
        }
        if schema.start == schema.end { return true }
        guard depth < Self.maximumDepth else {
            isGivenUp = true
            return false
        }
        depth += 1
        let isEntering = isDynamic && scope.last != schema.resource
        if isEntering { scope.append(schema.resource) }
        let isValid = apply(schema, number, node, kind)
        if isEntering { scope.removeLast() }
        depth -= 1
        return isValid
    }

    @inline(__always)
    private mutating func apply(_ schema: CompiledSchema, _ number: Int, _ node: Int, _ kind: UInt8) -> Bool {
        var isValid = true
        var at = schema.start
        while at < schema.numberStart {
            if !applyGeneral(Int(at), number, node) {
                if !isReporting { return false }
                isValid = false
            }
            at += 1
        }
        let end: Int32
        switch kind {
        case 0: (at, end) = (schema.objectStart, schema.arrayStart)
        case 1: (at, end) = (schema.arrayStart, schema.unevaluatedStart)
        case 2: (at, end) = (schema.stringStart, schema.objectStart)
        case 3: (at, end) = (schema.numberStart, schema.stringStart)
        case _: return isValid
        }
        while at < end {
            if !applyTyped(Int(at), number, node, kind) {
                if !isReporting { return false }
                isValid = false
            }
            at += 1
        }
        // What is left over is only known where all else was right.
        guard isValid, kind < 2 else { return isValid }
        at = schema.unevaluatedStart
        while at < schema.end {
            if !applyUnevaluated(Int(at), number, node) {
                if !isReporting { return false }
                isValid = false
            }
            at += 1
        }
        return isValid
    }

    @inline(__always)
    private mutating func applyTyped(_ at: Int, _ number: Int, _ node: Int, _ kind: UInt8) -> Bool {
        if kind == 0 { return applyObject(at, number, node) }
        if kind == 1 { return applyArray(at, number, node) }
        return applyScalar(at, number, node, kind)
    }

    private mutating func applyScalar(_ at: Int, _ number: Int, _ node: Int, _ kind: UInt8) -> Bool {
        let rule = rules[at]
        if kind == 2 ? applyString(rule, node) : applyNumber(rule, node) { return true }
        note(number, node, rule.keyword, at)
        return false
    }

    /// A number where its kind alone is not allowed: whether integers are, and it is one.
    private mutating func isAllowedInteger(_ types: UInt8, _ node: Int) -> Bool {
        guard types & CompiledSchema.integerType != 0 else { return false }
        if nodes[node].isSmallInteger { return true }
        return spend(weight(node)) && JSONNumber(tape.document[tape.bytes(of: node)]).isInteger
    }

    // MARK: - Notes

    @inline(__always)
    mutating func note(_ schema: Int, _ node: Int, _ keyword: SchemaKeyword?, _ detail: Int = -1) {
        if isReporting { add(Note(node: node, schema: schema, keyword: keyword, detail: detail)) }
    }

    @inline(never)
    private mutating func add(_ note: Note) {
        if notes.count < Self.maximumNotes { notes.append(note) }
    }

    mutating func violations(atMost maximum: Int) -> [SchemaViolation] {
        isReporting = true
        _ = check(program.root, 0)
        if isGivenUp {
            return [Self.limit]
        }
        var known: Set<Note> = []
        let distinct = notes.filter { known.insert($0).inserted }
        // Sorting is stable: of one value the order is the schema's.
        let sorted = distinct.enumerated().sorted { ($0.element.node, $0.offset) < ($1.element.node, $1.offset) }
        var violations: [SchemaViolation] = []
        var room = Self.maximumPointerBytes
        for note in sorted.prefix(max(1, maximum)) where room > 0 {
            let violation = violation(note.element)
            room -= violation.pointer.utf8.count + violation.schemaPointer.utf8.count
            violations.append(violation)
        }
        return violations
    }
}
