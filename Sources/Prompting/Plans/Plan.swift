import Domain
import JSON

/// What a version decodes to: made from the version's canonical bytes and nothing else, so it is right forever under
/// the version's hash. Never holds a key, a price or a URL.
package final class Plan: Sendable {
    package let provider: String
    package let model: String
    package let messages: [VersionMessage<Template>]
    /// Sorted by name; the version's tools among them as `tools`.
    package let parameters: [Parameter]
    package let overridable: Set<String>
    /// Whether the parameters ask for tools that the provider runs and bills by the call.
    package let asksForProviderTools: Bool
    /// Tokens; nil where the version leaves it to the request and the model.
    package let maxOutputTokens: Int64?
    package let wire: VersionProtocol
    package let strictModel: Bool
    /// The number of the agent's schema; nil where the version was made without one.
    package let schemaNumber: Int64?
    /// What a run's input must be: the agent's input schema, or where it has none the one that the templates' variables
    /// make. Nil where any input is as good.
    package let inputSchema: JSONSchema?
    /// Nil where the agent has no output schema.
    package let output: OutputContract?
    /// What the templates read from the input, in the order of the text; a name stands once for each template.
    package let variables: [TemplateVariable]
    /// The JSON Schema that the templates' variables make of the input, where the agent has none.
    package let inferredInput: [UInt8]?
    /// Undefined values print as nothing.
    let isLenient: Bool
    /// Memory it holds, in bytes, roughly: for a cache bounded by bytes.
    package let byteCost: Int

    /// Memory of the object itself, its arrays' headers and its place in a cache.
    private static let fixedCost = 1024

    /// - Parameter canonical: what `VersionDocument.canonical(from:)` made.
    package init(decoding canonical: [UInt8]) throws(VersionFault) {
        let json: JSONDocument
        do throws(JSONFault) {
            json = try JSONDocument(canonical)
        } catch {
            throw VersionFault(.root, error)
        }
        let document = try VersionDocument(json)
        provider = document.provider
        model = document.model
        messages = document.templates
        overridable = Set(document.overridable)
        maxOutputTokens = document.maxOutputTokens
        wire = document.wire
        strictModel = document.strictModel
        schemaNumber = document.schema?.number
        isLenient = document.templateOptions.isLenient

        var parameters = document.parameters
        if let tools = document.tools {
            let place = parameters.firstIndex { "tools".utf8.lexicographicallyPrecedes($0.name.utf8) }
            parameters.insert(Parameter(name: "tools", json: tools), at: place ?? parameters.endIndex)
        }
        self.parameters = parameters
        asksForProviderTools = parameters.contains { ProviderTools.areAsked(by: $0) }

        let templates = messages.flatMap(\.texts)
        variables = templates.flatMap(\.variables)
        let place = JSONPointer.root / "schema"
        output = try document.schema?.output.map { text throws(VersionFault) in
            try OutputContract(text, onInvalid: document.onInvalidOutput, at: place / "output")
        }
        if let text = document.schema?.input {
            inputSchema = try Self.compiled(text, at: place / "input")
            inferredInput = nil
        } else {
            // What the templates read is what there may be.
            let inferred = inferredInputSchema(of: variables, isLenient: isLenient)
            inputSchema = try Self.compiled(inferred, at: .root / "messages")
            inferredInput = inferred
        }

        var cost = Self.fixedCost + provider.utf8.count + model.utf8.count
        for template in templates { cost += 64 + template.byteCost }
        for parameter in parameters { cost += 96 + parameter.name.utf8.count + parameter.json.count }
        for name in overridable { cost += 48 + name.utf8.count }
        for variable in variables { cost += 96 + variable.paths.reduce(0) { $0 + 32 + $1.utf8.count } }
        cost += inferredInput?.count ?? 0
        cost += (inputSchema?.byteCost ?? 0) + (output?.byteCost ?? 0)
        byteCost = cost
    }

    static func compiled(_ schema: [UInt8], at place: JSONPointer) throws(VersionFault) -> JSONSchema {
        do throws(SchemaFault) { return try JSONSchema(compiling: schema) } catch {
            var fault = VersionFault(place, error.message)
            fault.pointer += error.pointer
            throw fault
        }
    }
}
