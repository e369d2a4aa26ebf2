import JSON

/// Writes the program of a schema. Every part is compiled once, wherever and however often it is referred to; parts wait
/// in a queue for their turn, so neither nesting nor references take stack.
struct SchemaCompiler {
    var library: SchemaLibrary
    var parts = SchemaParts()
    private let dialect: SchemaDialect
    private var numbers: [Place: Int] = [:]
    private var queue: [(number: Int, place: Place)] = []
    private var nameNumbers: [[UInt8]: Int32] = [:]
    private var dynamicNames: [String: Int32] = [:]
    private var patternNumbers: [[UInt8]: Int32] = [:]
    private var patternPlaces: [(text: [UInt8], place: Place)] = []

    struct Place: Hashable {
        var document: Int
        var node: Int
        var resource: Int
    }

    static let maximumSchemas = 100_000
    static let maximumPatterns = 500
    /// Bytes for all regular expressions of a schema, and the least that one of them gets.
    private static let patternMemory = 32 << 20
    private static let leastPatternMemory = 256 << 10
    /// What nearly all of them need, which is tried first, and up to how many instructions it is plenty.
    private static let usualPatternMemory = 64 << 10
    private static let usualPatternSize = 128

    init(dialect: SchemaDialect, resources: [String: [UInt8]]) {
        self.dialect = dialect
        library = SchemaLibrary(given: resources)
    }

    mutating func compile(_ text: [UInt8]) throws(SchemaFault) -> SchemaProgram {
        parts.schemas = [CompiledSchema(), CompiledSchema(types: 0)]
        let document = try library.add(text, address: "", dialect: dialect)
        let root = try schema(Place(document: document, node: 0, resource: 0))
        repeat { try drain() } while try queueDynamicTargets()
        try parts.refuseCircles(library)
        parts.shortenReferences(isDynamic: !dynamicNames.isEmpty)
        parts.documents = library.documents
        let patterns = try compilePatterns()
        return SchemaProgram(
            root: root, parts, patterns: patterns, patternCost: patterns.reduce(0) { $0 + $1.byteCost })
    }

    private mutating func drain() throws(SchemaFault) {
        // The queue is read from its front and grows at its end.
        var next = 0
        while next < queue.count {
            let (number, place) = queue[next]
            next += 1
            try write(number, place)
        }
        queue.removeAll()
    }

    func fault(_ place: Place, _ node: Int, _ message: String) -> SchemaFault {
        library.fault(place.document, node, message)
    }

    // MARK: - What rules refer to

    /// The number of a schema that stands there, which is queued where it has not been met.
    mutating func schema(_ place: Place) throws(SchemaFault) -> Int {
        let tape = library.documents[place.document].tape
        switch tape.kind(place.node) {
        case .bool: return tape.bool(place.node) == true ? SchemaProgram.anything : SchemaProgram.nothing
        case .object where tape.nodes[place.node].count == 0: return SchemaProgram.anything
        case .object: break
        case .array, .string, .number, .null:
            throw fault(place, place.node, "a schema must be an object or a boolean")
        }
        if let known = numbers[place] { return known }
        let number = parts.schemas.count
        guard number < Self.maximumSchemas else {
            throw fault(place, place.node, "the schema has more than \(Self.maximumSchemas) parts")
        }
        parts.schemas.append(CompiledSchema())
        numbers[place] = number
        queue.append((number, place))
        return number
    }

    /// A schema that stands within the one at `place`.
    mutating func subschema(_ node: Int, of place: Place) throws(SchemaFault) -> Int32 {
        var resource = place.resource
        // Only what has an `$id` of its own opens a resource.
        if library.documents[place.document].tape.member("$id", of: node) != nil {
            resource = library.resource(of: node, in: place.document)
        }
        return Int32(try schema(Place(document: place.document, node: node, resource: resource)))
    }

    mutating func name(_ bytes: [UInt8]) -> Int32 {
        if let known = nameNumbers[bytes] { return known }
        let number = Int32(parts.nameRanges.count)
        parts.nameRanges.append(NameRange(start: Int32(parts.names.count), count: Int32(bytes.count)))
        parts.names += bytes
        nameNumbers[bytes] = number
        return number
    }

    mutating func list(_ items: [Int32]) -> (start: Int32, count: Int32) {
        let start = Int32(parts.lists.count)
        parts.lists += items
        return (start, Int32(items.count))
    }

    mutating func dynamicName(_ name: String) -> Int32 {
        if let known = dynamicNames[name] { return known }
        let number = Int32(dynamicNames.count)
        dynamicNames[name] = number
        return number
    }

    /// Whatever a dynamic reference may find is compiled too. Answers whether that queued anything.
    private mutating func queueDynamicTargets() throws(SchemaFault) -> Bool {
        for (name, number) in dynamicNames {
            for index in library.resources.indices {
                let resource = library.resources[index]
                let anchor = DynamicAnchor(name: number, resource: Int32(index))
                guard let node = resource.dynamicAnchors[name], parts.dynamicTargets[anchor] == nil else { continue }
                let place = Place(document: resource.document, node: node, resource: index)
                parts.dynamicTargets[anchor] = Int32(try schema(place))
            }
        }
        return !queue.isEmpty
    }

    // MARK: - Patterns

    /// - Parameter node: the string that holds it, or the key.
    mutating func pattern(_ node: Int, _ place: Place) throws(SchemaFault) -> Int32 {
        let text = library.documents[place.document].tape.decoded(node)
        if let known = patternNumbers[text] { return known }
        let number = Int32(patternPlaces.count)
        guard number < Self.maximumPatterns else {
            throw fault(place, node, "the schema has more than \(Self.maximumPatterns) patterns")
        }
        patternNumbers[text] = number
        patternPlaces.append((text, Place(document: place.document, node: node, resource: place.resource)))
        return number
    }

    private func compilePatterns() throws(SchemaFault) -> [RegularExpression] {
        let memory = max(Self.leastPatternMemory, Self.patternMemory / max(4, patternPlaces.count))
        var compiled: [RegularExpression] = []
        for (text, place) in patternPlaces {
            do throws(ECMAPattern.Fault) {
                let usual = try? RegularExpression(ecma: text, maximumMemory: Self.usualPatternMemory)
                if let usual, usual.size <= Self.usualPatternSize {
                    compiled.append(usual)
                } else {
                    compiled.append(try RegularExpression(ecma: text, maximumMemory: memory))
                }
            } catch {
                throw fault(place, place.node, "the pattern is refused: \(error.message)")
            }
        }
        return compiled
    }
}

extension RegularExpression {
    /// - Parameter ecma: a pattern of ECMA 262.
    convenience init(ecma: [UInt8], maximumMemory: Int) throws(ECMAPattern.Fault) {
        let translated = try ECMAPattern.translate(ecma)
        do throws(RegularExpression.Fault) {
            try self.init(translated, maximumMemory: maximumMemory)
        } catch {
            switch error {
            case .malformed:
                throw ECMAPattern.Fault("it is no regular expression of ECMA 262, or one that cannot be held")
            case .repeatsTooOften: throw ECMAPattern.Fault("it repeats something more than 1000 times")
            case .tooLarge, .outOfMemory: throw ECMAPattern.Fault("it takes too much memory")
            }
        }
    }
}
