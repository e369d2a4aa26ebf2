/// What a schema's keywords mean: its draft, and which of the draft's vocabularies its metaschema asks for.
struct SchemaDialect: Hashable, Sendable {
    var draft: JSONSchema.Draft
    var hasValidation = true
    var hasApplicator = true
    var hasUnevaluated = true
    var assertsFormats: Bool

    static let draft7Address = "http://json-schema.org/draft-07/schema"
    static let draft202012Address = "https://json-schema.org/draft/2020-12/schema"
    private static let vocabularyPrefix = "https://json-schema.org/draft/2020-12/vocab/"

    /// The draft that `$schema` names by this address; nil where it is some other metaschema.
    static func draft(of address: String) -> JSONSchema.Draft? {
        switch address {
        case draft7Address, draft7Address + "#": .draft7
        case draft202012Address, draft202012Address + "#": .draft202012
        case _: nil
        }
    }

    /// The dialect of a metaschema of the 2020-12 kind, by its `$vocabulary`.
    /// Returns the address of a vocabulary that is required and that we have not.
    mutating func apply(vocabularies: [(address: String, isRequired: Bool)]) -> String? {
        hasValidation = false
        hasApplicator = false
        hasUnevaluated = false
        for (address, isRequired) in vocabularies {
            let name = address.hasPrefix(Self.vocabularyPrefix) ? address.dropFirst(Self.vocabularyPrefix.count) : ""
            switch name {
            case "validation": hasValidation = true
            case "applicator": hasApplicator = true
            case "unevaluated": hasUnevaluated = true
            // Named at all it is understood, so it is acted upon; `false` only lets others ignore it.
            case "format-assertion": assertsFormats = true
            case "core", "meta-data", "format-annotation", "content": break
            case _: if isRequired { return address }
            }
        }
        return nil
    }
}
