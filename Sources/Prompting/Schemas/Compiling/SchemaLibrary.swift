import JSON

/// The texts that a schema is compiled from, what stands in them under which address, and what is brought in when a
/// reference names it.
struct SchemaLibrary {
    private let given: [String: [UInt8]]
    private(set) var documents: [SchemaDocument] = []
    private(set) var resources: [SchemaResource] = []
    private var byAddress: [String: Int] = [:]
    /// Of each document.
    private var pointers: [PointerIndex] = []

    static let maximumResources = 1000
    /// Of an `$id` with all that it is relative to, in bytes: each part that has one keeps its own, and every relative
    /// reference is put together with it.
    static let maximumAddress = 2000
    /// Of all texts together, in bytes.
    static let maximumTotal = 4 << 20
    private var total = 0

    init(given: [String: [UInt8]]) {
        self.given = Dictionary(
            given.map { (URIReference($0.key).address, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads a document, and finds all that has an address in it. Answers its number.
    mutating func add(_ text: [UInt8], address: String, dialect: SchemaDialect) throws(SchemaFault) -> Int {
        let place = address.isEmpty ? "" : address + "#"
        total += text.count
        guard text.count <= JSONSchema.maximumByteCount, total <= Self.maximumTotal else {
            throw SchemaFault(pointer: place, message: "the schema is larger than \(JSONSchema.maximumByteCount) bytes")
        }
        let tape: JSONTape
        do throws(JSONFault) {
            tape = JSONTape(try JSONDocument(text).root)
        } catch {
            let offset = error.offset.map { " at byte \($0)" } ?? ""
            throw SchemaFault(pointer: place, message: "the schema is not JSON: \(error.reason.rawValue)\(offset)")
        }
        let number = documents.count
        documents.append(SchemaDocument(tape: tape, address: address))
        pointers.append(PointerIndex())
        try index(number, dialect: dialect)
        return number
    }

    func fault(_ document: Int, _ node: Int, _ message: String) -> SchemaFault {
        SchemaFault(pointer: documents[document].pointer(to: node), message: message)
    }

    /// The innermost resource that a node stands in.
    func resource(of node: Int, in document: Int) -> Int {
        var found = 0
        var start = -1
        for (number, resource) in resources.enumerated() where resource.document == document {
            let isInside = resource.root <= node && node < Int(documents[document].tape.nodes[resource.root].next)
            if isInside && resource.root > start {
                found = number
                start = resource.root
            }
        }
        return found
    }

    // MARK: - Addresses

    /// Where a reference leads that stands in a resource.
    struct Target {
        var document: Int
        var node: Int
        var resource: Int
        /// The name in the fragment, where it is one and not a pointer.
        var name: String?
    }

    /// - Parameter place: of the reference, for the fault.
    mutating func resolve(_ reference: String, from origin: Int, place: (document: Int, node: Int))
        throws(SchemaFault) -> Target
    {
        let uri = URIReference(reference).resolved(against: resources[origin].base)
        let resource = try self.resource(at: uri.address, from: origin, reference, place)
        let found = resources[resource]
        guard let fragment = uri.decodedFragment else {
            throw fault(place.document, place.node, "the reference \(reference) has a wrong escape")
        }
        if fragment.isEmpty || fragment[0] == UInt8(ascii: "/") {
            let tape = documents[found.document].tape
            guard let node = pointers[found.document].node(at: fragment, from: found.root, in: tape) else {
                throw fault(place.document, place.node, "the reference \(reference) leads to no place in its schema")
            }
            return Target(
                document: found.document, node: node,
                resource: node == found.root ? resource : self.resource(of: node, in: found.document))
        }
        let name = String(decoding: fragment, as: UTF8.self)
        guard let node = found.anchors[name] else {
            throw fault(place.document, place.node, "the reference \(reference) names an anchor that is not there")
        }
        return Target(document: found.document, node: node, resource: resource, name: name)
    }

    private mutating func resource(
        at address: String, from origin: Int, _ reference: String, _ place: (document: Int, node: Int)
    ) throws(SchemaFault) -> Int {
        if address == resources[origin].base.address { return origin }
        if let known = byAddress[address] { return known }
        guard let text = given[address] ?? MetaSchemas.text(at: address) else {
            throw fault(
                place.document, place.node,
                "the reference \(reference) leads outside of the schema, and nothing is fetched")
        }
        var dialect = resources[origin].dialect
        if given[address] == nil { dialect = SchemaDialect(draft: dialect.draft, assertsFormats: false) }
        let document = try add(text, address: address, dialect: dialect)
        // Its first resource is its root; an `$id` there gives that a second address.
        guard let root = resources.firstIndex(where: { $0.document == document }) else { return origin }
        byAddress[address] = byAddress[address] ?? root
        return byAddress[address] ?? root
    }

    // MARK: - What has an address

    private mutating func index(_ document: Int, dialect: SchemaDialect) throws(SchemaFault) {
        let tape = documents[document].tape
        let base = URIReference(documents[document].address)
        let rootDialect = try self.dialect(of: 0, in: document, otherwise: dialect)
        // A document's own address leads to its root, whatever its `$id` says.
        try open(0, document, base, rootDialect, address: documents[document].address)
        var left: [(node: Int, resource: Int)] = [(0, resources.count - 1)]
        while let (node, outer) = left.popLast() {
            guard tape.kind(node) == .object else { continue }
            let resource = try enter(node, document, outer)
            for child in tape.subschemas(of: node, in: resources[resource].dialect) { left.append((child, resource)) }
        }
    }

    private mutating func open(
        _ node: Int, _ document: Int, _ base: URIReference, _ dialect: SchemaDialect, address: String
    ) throws(SchemaFault) {
        guard resources.count < Self.maximumResources else {
            throw fault(document, node, "the schema has more than \(Self.maximumResources) parts with an $id")
        }
        if byAddress[address] == nil { byAddress[address] = resources.count }
        resources.append(SchemaResource(document: document, root: node, base: base, dialect: dialect))
    }

    /// Notes what a schema object says of its own address, and answers the resource that it is in.
    private mutating func enter(_ node: Int, _ document: Int, _ outer: Int) throws(SchemaFault) -> Int {
        let tape = documents[document].tape
        var resource = outer
        let draft = resources[outer].dialect.draft
        if draft == .draft7 && tape.member("$ref", of: node) != nil { return outer }
        if let id = tape.member("$id", of: node), tape.kind(id) == .string {
            var uri = URIReference(tape.string(id)).resolved(against: resources[outer].base)
            let fragment = uri.decodedFragment ?? []
            uri.fragment = nil
            guard uri.address.utf8.count <= Self.maximumAddress else {
                throw fault(document, id, "the address that $id gives is longer than \(Self.maximumAddress) bytes")
            }
            if uri.address != resources[outer].base.address {
                var dialect = resources[outer].dialect
                if node != 0 { dialect = try self.dialect(of: node, in: document, otherwise: dialect) }
                if node == 0 {
                    resources[outer] = SchemaResource(document: document, root: 0, base: uri, dialect: dialect)
                    byAddress[uri.address] = byAddress[uri.address] ?? outer
                } else {
                    try open(node, document, uri, dialect, address: uri.address)
                    resource = resources.count - 1
                }
            }
            if !fragment.isEmpty {
                guard draft == .draft7 else { throw fault(document, id, "$id must not have a fragment") }
                try note(String(decoding: fragment, as: UTF8.self), node, resource, at: id, isDynamic: false)
            }
        }
        guard resources[resource].dialect.draft == .draft202012 else { return resource }
        for (keyword, isDynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
            if let name = tape.member(keyword, of: node), tape.kind(name) == .string {
                try note(tape.string(name), node, resource, at: name, isDynamic: isDynamic)
            }
        }
        return resource
    }

    private mutating func note(_ name: String, _ node: Int, _ resource: Int, at place: Int, isDynamic: Bool)
        throws(SchemaFault)
    {
        if let other = resources[resource].anchors[name], other != node {
            throw fault(resources[resource].document, place, "a second schema has the anchor \(name)")
        }
        resources[resource].anchors[name] = node
        if isDynamic { resources[resource].dynamicAnchors[name] = node }
    }

    // MARK: - Dialects

    private func dialect(of node: Int, in document: Int, otherwise: SchemaDialect) throws(SchemaFault) -> SchemaDialect
    {
        let tape = documents[document].tape
        guard let place = tape.member("$schema", of: node) else { return otherwise }
        guard tape.kind(place) == .string else { throw fault(document, place, "$schema must be a string") }
        let address = tape.string(place)
        if let draft = SchemaDialect.draft(of: address) {
            var dialect = SchemaDialect(draft: draft, assertsFormats: otherwise.assertsFormats)
            if draft == otherwise.draft { dialect = otherwise }
            return dialect
        }
        guard let text = given[URIReference(address).address] else {
            throw fault(document, place, "$schema must name draft 2020-12 or draft-07")
        }
        guard let root = try? JSONDocument(text).root else {
            throw fault(document, place, "the metaschema is not JSON")
        }
        let meta = JSONTape(root)
        var dialect = SchemaDialect(draft: .draft202012, assertsFormats: otherwise.assertsFormats)
        if let own = meta.member("$schema", of: 0), meta.kind(own) == .string {
            guard let draft = SchemaDialect.draft(of: meta.string(own)) else {
                throw fault(document, place, "the metaschema's own $schema must name draft 2020-12 or draft-07")
            }
            dialect.draft = draft
        }
        guard dialect.draft == .draft202012, let vocabulary = meta.member("$vocabulary", of: 0) else { return dialect }
        let vocabularies = meta.members(of: vocabulary).map { key, value in
            (address: meta.string(key), isRequired: meta.bool(value) == true)
        }
        if let unknown = dialect.apply(vocabularies: vocabularies) {
            throw fault(document, place, "the metaschema requires the vocabulary \(unknown), which is not known")
        }
        return dialect
    }
}
