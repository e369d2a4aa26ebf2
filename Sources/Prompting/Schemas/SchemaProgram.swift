import JSON

/// A compiled schema: flat tables that refer to each other by position, so that checking follows no pointers, counts no
/// references and makes nothing.
final class SchemaProgram: Sendable {
    /// The schemas `true` and `{}`, and the schema `false`.
    static let anything = 0
    static let nothing = 1

    let root: Int
    let schemas: SchemaTable<CompiledSchema>
    let rules: SchemaTable<SchemaRule>
    /// What rules list: schemas, names, and both in turns.
    let lists: SchemaTable<Int32>
    let tables: SchemaTable<MemberTable>
    let entries: SchemaTable<MemberEntry>
    /// Of the hash tables of larger `MemberTable`s: a position in `entries`, or -1.
    let slots: SchemaTable<Int32>
    /// The bytes of all names.
    let names: [UInt8]
    /// Where each name stands in `names`.
    let nameRanges: SchemaTable<NameRange>
    let numbers: [JSONNumber]
    let enumerations: [SchemaEnumeration]
    let patterns: [RegularExpression]
    let documents: [SchemaDocument]
    /// Which schema `$dynamicRef` finds by a name in a resource. Empty where nothing refers dynamically.
    let dynamicTargets: [DynamicAnchor: Int32]
    /// Bytes, roughly, of all of it.
    let byteCost: Int

    init(root: Int, _ parts: SchemaParts, patterns: [RegularExpression], patternCost: Int) {
        self.root = root
        schemas = SchemaTable(parts.schemas)
        rules = SchemaTable(parts.rules)
        lists = SchemaTable(parts.lists)
        tables = SchemaTable(parts.tables)
        entries = SchemaTable(parts.entries)
        slots = SchemaTable(parts.slots)
        names = parts.names
        nameRanges = SchemaTable(parts.nameRanges)
        numbers = parts.numbers
        enumerations = parts.enumerations
        self.patterns = patterns
        documents = parts.documents
        dynamicTargets = parts.dynamicTargets
        byteCost = parts.byteCost + patternCost
    }

    deinit {
        schemas.free()
        rules.free()
        lists.free()
        tables.free()
        entries.free()
        slots.free()
        nameRanges.free()
    }
}

/// A program while it is written.
struct SchemaParts {
    var schemas: [CompiledSchema] = []
    var rules: [SchemaRule] = []
    var lists: [Int32] = []
    var tables: [MemberTable] = []
    var entries: [MemberEntry] = []
    var slots: [Int32] = []
    var names: [UInt8] = []
    var nameRanges: [NameRange] = []
    var numbers: [JSONNumber] = []
    var enumerations: [SchemaEnumeration] = []
    var documents: [SchemaDocument] = []
    var dynamicTargets: [DynamicAnchor: Int32] = [:]

    var byteCost: Int {
        schemas.count * MemoryLayout<CompiledSchema>.stride + rules.count * MemoryLayout<SchemaRule>.stride
            + lists.count * 4 + tables.count * MemoryLayout<MemberTable>.stride
            + entries.count * MemoryLayout<MemberEntry>.stride + slots.count * 4 + names.count
            + nameRanges.count * 8 + numbers.count * MemoryLayout<JSONNumber>.stride
            + enumerations.reduce(0) { $0 + 64 + $1.values.count * 16 } + dynamicTargets.count * 32
            + documents.reduce(512) {
                $0 + 128 + $1.tape.document.count + $1.tape.nodes.capacity * MemoryLayout<JSONTape.Node>.stride
            }
    }
}

/// A text that schemas were read from, kept to say where a rule stands.
struct SchemaDocument: Sendable {
    let tape: JSONTape
    /// What it was found under; empty for the schema itself.
    let address: String

    /// A place in it as a JSON Pointer.
    func pointer(to node: Int) -> String { (address.isEmpty ? "" : address + "#") + tape.pointer(to: node) }
}

/// One schema. Its rules stand one behind the other, by what they apply to.
struct CompiledSchema: BitwiseCopyable {
    /// Bit n: values of kind n (`JSONTape.Node.kindCode`) are allowed. Bit 6: numbers that are integers.
    var types: UInt8 = Self.anyType
    /// -1, or the schema that this one does nothing but refer to.
    var alias: Int32 = -1
    var document: Int32 = 0
    var node: Int32 = 0
    var resource: Int32 = 0
    /// Rules of values of every kind begin here, then those of numbers, and so on to `end`.
    var start: Int32 = 0
    var numberStart: Int32 = 0
    var stringStart: Int32 = 0
    var objectStart: Int32 = 0
    var arrayStart: Int32 = 0
    var unevaluatedStart: Int32 = 0
    var end: Int32 = 0

    static let anyType: UInt8 = 0b0111_1111
    static let integerType: UInt8 = 0b0100_0000
    static let numberType: UInt8 = 0b0000_1000
}

/// One rule of a schema. What its operands are is said beside each operation.
struct SchemaRule: BitwiseCopyable {
    enum Operation: UInt8 {
        /// document, node
        case constant
        /// enumeration
        case enumeration
        /// start in lists, count (of names)
        case oneOfNames
        /// schema
        case reference
        /// schema, name or -1
        case dynamicReference
        /// start in lists, count
        case allOf, anyOf, oneOf
        /// schema
        case not
        /// if, then or -1, else or -1
        case condition
        /// number, 1 if it is `value`
        case minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf
        /// value
        case minLength, maxLength
        /// pattern
        case pattern
        /// format
        case format
        /// value
        case minProperties, maxProperties
        /// table
        case members
        /// schema
        case propertyNames
        /// start in lists, count, name: names that must be there where `name` is
        case dependentRequired
        /// schema, name
        case dependentSchema
        /// value
        case minItems, maxItems
        case uniqueItems
        /// start in lists, count, schema of the rest or -1
        case elements
        /// schema, least, value: most
        case contains
        /// schema
        case unevaluatedProperties, unevaluatedItems
    }

    var operation: Operation
    var keyword: SchemaKeyword
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    var value: Int64 = 0
}

struct NameRange: BitwiseCopyable {
    var start: Int32
    var count: Int32
}

/// What a schema says of the members of an object, all in one pass over them.
struct MemberTable: BitwiseCopyable {
    var entryStart: Int32 = 0
    var entryCount: Int32 = 0
    /// Slots are a power of two; none where the entries are few enough to try them all.
    var slotStart: Int32 = 0
    var slotCount: Int32 = 0
    /// In lists: pattern and schema in turns.
    var patternStart: Int32 = 0
    var patternCount: Int32 = 0
    /// The schema of members that no name and no pattern covers; -1 where there is none.
    var additional: Int32 = -1
    /// Bit n: entry n must be there.
    var required: UInt64 = 0
    /// In lists: the entries beyond the 64th that must be there.
    var moreStart: Int32 = 0
    var moreCount: Int32 = 0
}

struct MemberEntry: BitwiseCopyable {
    var nameStart: Int32
    var nameCount: Int32
    /// -1 for a name that is only required.
    var schema: Int32
    var name: Int32
}

struct DynamicAnchor: Hashable {
    var name: Int32
    var resource: Int32
}

/// The values of an `enum`.
struct SchemaEnumeration: Sendable {
    struct Entry {
        var hash: Int
        var node: Int32
    }

    var document: Int32
    /// Sorted by hash.
    var values: [Entry]
    /// Beyond that many, values are looked up by their hash.
    static let fewValues = 8
}
