import JSON

extension JSONTape {
    /// The schemas that stand right in a schema object.
    func subschemas(of node: Int, in dialect: SchemaDialect) -> [Int] {
        var found: [Int] = []
        for (key, value) in members(of: node) {
            guard let keyword = SchemaKeyword(rawValue: string(key)), keyword.isKnown(in: dialect) else { continue }
            switch keyword.form(in: dialect.draft) {
            case .schema: found.append(value)
            case .schemas: found += elements(of: value)
            case .schemaOrSchemas:
                if kind(value) == .array { found += elements(of: value) } else { found.append(value) }
            case .schemaMap: found += members(of: value).map(\.value)
            case .dependencies: found += members(of: value).map(\.value).filter { kind($0) != .array }
            case .any, .string, .boolean, .number, .positiveNumber, .count, .array, .strings, .type, .stringsMap,
                .object:
                break
            }
        }
        return found
    }
}
