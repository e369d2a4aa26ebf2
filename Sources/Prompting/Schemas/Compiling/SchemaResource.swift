/// A schema with an address of its own: a document's root, or what has an `$id` within one.
struct SchemaResource {
    let document: Int
    let root: Int
    let base: URIReference
    let dialect: SchemaDialect
    /// Plain-name fragments, the dynamic ones among them.
    var anchors: [String: Int] = [:]
    var dynamicAnchors: [String: Int] = [:]
}
