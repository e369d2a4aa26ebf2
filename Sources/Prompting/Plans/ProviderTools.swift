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
            guard tool.member("type") != nil else { return isHosted(untyped: tool) }
            // One with two may be anything.
            guard let type = tool.only("type") else { return true }
            return !type.isString("function") && !type.isString("custom")
        }
    }

    /// A tool without a type is a function, to those that know no other, but for Google's: its functions are under one
    /// name, and every other member is a tool that Google runs.
    private static func isHosted(untyped tool: JSONValue) -> Bool {
        if tool.member("name") != nil || tool.member("function") != nil { return false }
        let functions: Set<String> = ["functionDeclarations", "function_declarations"]
        return ((try? tool.members()) ?? []).contains { !functions.contains($0.name) && !$0.value.isNull }
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
