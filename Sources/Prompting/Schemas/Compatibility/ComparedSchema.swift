import JSON

/// Which of the two schemas: the one whose values are looked at, or the one that is to accept them all.
enum SchemaSide: Sendable { case wide, narrow }

/// A schema within a document.
struct SchemaSite: Sendable {
    let tree: SchemaTree
    /// JSON Pointer.
    let place: String
    let side: SchemaSide
    /// Tells sites apart: the place, and what was made of it.
    let key: String

    init(_ tree: SchemaTree, _ side: SchemaSide, at place: String, key: String? = nil) {
        self.tree = tree
        self.side = side
        self.place = place
        self.key = key ?? (side == .wide ? "w" : "n") + place
    }

    /// A schema that stands in no document.
    init(made members: [Text: SchemaTree], _ side: SchemaSide, key: String) {
        self.init(.object(members), side, at: "", key: key)
    }

    subscript(keyword: Text) -> SchemaSite? {
        guard let tree = tree[keyword] else { return nil }
        let step = "/" + Self.escaped(keyword)
        return SchemaSite(tree, side, at: place + step, key: key + step)
    }

    func element(_ index: Int) -> SchemaSite? {
        guard let elements = tree.elements, elements.indices.contains(index) else { return nil }
        return SchemaSite(elements[index], side, at: place + "/\(index)", key: key + "/\(index)")
    }

    var elements: [SchemaSite] { (tree.elements ?? []).indices.compactMap { element($0) } }

    /// Of an object's members, in the order of their bytes.
    var names: [Text] {
        (tree.members?.keys).map { $0.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) } } ?? []
    }

    /// What is said of the properties that are not named.
    var otherProperties: SchemaSite? { self["additionalProperties"] ?? self["unevaluatedProperties"] }
    /// What is said of the elements after the first ones.
    var otherElements: SchemaSite? { self["items"] ?? self["unevaluatedItems"] }

    /// The same schema without some of its keywords.
    func without(_ keywords: [Text]) -> SchemaSite {
        guard var members = tree.members else { return self }
        for keyword in keywords { members[keyword] = nil }
        return SchemaSite(.object(members), side, at: place, key: key + "-" + keywords.map(\.string).joined())
    }

    static func escaped(_ name: Text) -> String {
        var text = ""
        for scalar in name.string.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            case _: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// One of the two schemas to compare, and what its references lead to.
struct ComparedSchema: Sendable {
    let root: SchemaSite
    /// nil where the schema names another one, or a second one within.
    private(set) var draft: JSONSchema.Draft?
    /// All that is referred to, as it is written.
    private(set) var references: Set<Text> = []
    /// Whether a schema within it has an identifier of its own, or a reference depends on who asks: then no reference
    /// is followed.
    private(set) var isTangled = false
    private var anchors: [Text: SchemaSite] = [:]
    private let identifier: Text

    init(_ schema: JSONValue, _ side: SchemaSide) {
        root = SchemaSite(SchemaTree(schema), side, at: "")
        draft =
            if let named = root.tree["$schema"]?.text { SchemaDialect.draft(of: named.string) } else { .draft202012 }
        identifier = SchemaReference(root.tree["$id"]?.text ?? "").base
        collect(root, isRoot: true)
    }

    /// What looks like a keyword counts as one, wherever it stands: at worst less can be proven.
    private mutating func collect(_ site: SchemaSite, isRoot: Bool) {
        switch site.tree {
        case .array: for element in site.elements { collect(element, isRoot: false) }
        case .object(let members):
            for name in members.keys {
                guard let member = site[name] else { continue }
                if let text = member.tree.text {
                    switch name {
                    case "$ref": references.insert(text)
                    case "$dynamicRef": isTangled = true
                    case "$schema": if !isRoot { draft = nil }
                    case "$anchor": note(site, as: text)
                    case "$id":
                        if text.bytes.first == UInt8(ascii: "#") {
                            note(site, as: Text(Array(text.bytes.dropFirst())))
                        } else if !isRoot {
                            isTangled = true
                        }
                    case _: break
                    }
                }
                collect(member, isRoot: false)
            }
        case .null, .bool, .number, .string: break
        }
    }

    private mutating func note(_ site: SchemaSite, as anchor: Text) {
        if anchors.updateValue(site, forKey: anchor) != nil { isTangled = true }
    }

    /// nil where it leads out of the document, nowhere, or to what is no schema.
    func resolve(_ reference: Text) -> SchemaSite? {
        guard !isTangled else { return nil }
        let reference = SchemaReference(reference)
        guard reference.base.bytes.isEmpty || reference.base == identifier else { return nil }
        var site: SchemaSite
        switch reference.target {
        case nil: return nil
        case .anchor(let name):
            guard let found = anchors[name] else { return nil }
            site = found
        case .pointer(let names):
            site = root
            for name in names {
                let next = site.tree.elements == nil ? site[name] : Int(name.string).flatMap { site.element($0) }
                guard let next else { return nil }
                site = next
            }
        }
        return site.tree.members != nil || site.tree.bool != nil ? site : nil
    }

    /// The references that lead to the same in another document too, which holds of all that they refer to in turn.
    func references(agreeingWith other: ComparedSchema) -> Set<Text> {
        let shared = references.intersection(other.references)
        guard !isTangled, !other.isTangled, shared.count <= Self.maximumAgreeing else { return [] }
        var agreeing: [Text: Set<Text>] = [:]
        for reference in shared {
            guard let target = resolve(reference)?.tree, target == other.resolve(reference)?.tree else { continue }
            agreeing[reference] = target.references
        }
        while true {
            let names = Set(agreeing.keys)
            let kept = agreeing.filter { $0.value.isSubset(of: names) }
            if kept.count == agreeing.count { return names }
            agreeing = kept
        }
    }

    /// Bounds the time that the above takes; with more, each is compared by itself.
    private static let maximumAgreeing = 500
}
