enum HTMLEntities {
    static func unescaped(_ text: [UInt8]) -> [UInt8] { text }
}
