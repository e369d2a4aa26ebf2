/// A request parameter and its value as raw JSON text, passed on without being understood.
package struct Parameter: Hashable, Sendable {
    package var name: String
    package var json: [UInt8]

    package init(name: String, json: [UInt8]) {
        self.name = name
        self.json = json
    }
}
