import Domain
import JSON

/// Tools that the provider runs itself and bills by the call, as searches. Functions of the caller's own are none.
package enum ProviderTools {
    /// Parameters that ask for them by being there.
    private static let names: Set<String> = ["web_search_options", "search_parameters"]

    /// Whether a request's parameter asks for one.
    package static func areAsked(by name: String, _ value: JSONValue) -> Bool {
        if names.contains(name) { return !value.isNull }
        guard name == "tools", value.kind == .array else { return false }
        return value.elements().contains { tool in
            // A tool without a type is a function, to those that know no other; one with two may be anything.
            guard tool.member("type") != nil else { return false }
            guard let type = tool.only("type") else { return true }
            return !type.isString("function") && !type.isString("custom")
        }
    }

    /// Whether a version's parameter does.
    static func areAsked(by parameter: Parameter) -> Bool {
        guard names.contains(parameter.name) || parameter.name == "tools" else { return false }
        return (try? JSONDocument(parameter.json)).map { areAsked(by: parameter.name, $0.root) } ?? false
    }

    /// Whether a version does, by its canonical form.
    package static func areAsked(byVersion document: JSONValue) -> Bool {
        if let tools = document.member("tools"), areAsked(by: "tools", tools) { return true }
        let parameters = (try? document.member("parameters")?.members()) ?? []
        return parameters.contains { areAsked(by: $0.name, $0.value) }
    }
}
