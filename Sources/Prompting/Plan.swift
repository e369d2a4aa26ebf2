import Domain
import JSON

/// What a version decodes to: made from the version's canonical bytes and nothing else, so it is right forever under
/// the version's hash. Never holds a key, a price or a URL.
package final class Plan: Sendable {
    package struct Message: Sendable {
        package let role: RenderedMessage.Role
        package let content: Template
    }

    package let provider: String
    package let model: String
    package let messages: [Message]
    /// Sorted by name; the version's tools among them as `tools`.
    package let parameters: [Parameter]
    package let overridable: Set<String>
    /// Tokens; nil where the version leaves it to the request and the model.
    package let maxOutputTokens: Int64?
    package let strictModel: Bool
    package let schema: VersionDocument.Schema?
    /// What the templates read from the input, in the order of the text; a name stands once for each template.
    package let variables: [TemplateVariable]
    /// The JSON Schema that the templates' variables make of the input, where the agent has none.
    package let inferredInput: [UInt8]?
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
        messages = document.messages.map { Message(role: $0.role, content: $0.content) }
        overridable = Set(document.overridable)
        maxOutputTokens = document.maxOutputTokens
        strictModel = document.strictModel
        schema = document.schema

        var parameters = document.parameters
        if let tools = document.tools {
            let place = parameters.firstIndex { "tools".utf8.lexicographicallyPrecedes($0.name.utf8) }
            parameters.insert(Parameter(name: "tools", json: tools), at: place ?? parameters.endIndex)
        }
        self.parameters = parameters

        variables = messages.flatMap(\.content.variables)
        let isLenient = messages.first?.content.options.isLenient ?? false
        inferredInput = schema?.input == nil ? inferredInputSchema(of: variables, isLenient: isLenient) : nil

        var cost = Self.fixedCost + provider.utf8.count + model.utf8.count
        for message in messages { cost += 64 + message.content.byteCost }
        for parameter in parameters { cost += 96 + parameter.name.utf8.count + parameter.json.count }
        for name in overridable { cost += 48 + name.utf8.count }
        for variable in variables { cost += 96 + variable.paths.reduce(0) { $0 + 32 + $1.utf8.count } }
        cost += inferredInput?.count ?? 0
        cost += (schema?.input?.count ?? 0) + (schema?.output?.count ?? 0)
        byteCost = cost
    }

    /// The version's messages, filled with a run's input.
    ///
    /// - Parameter limits: of all messages together.
    package func render(
        input: JSONTape?, limits: RenderLimits = RenderLimits()
    ) throws(RenderFault) -> [RenderedMessage] {
        let isLenient = messages.first?.content.options.isLenient ?? false
        let context = RenderContext(input: input, isLenient: isLenient, limits: limits)
        var rendered: [RenderedMessage] = []
        rendered.reserveCapacity(messages.count)
        for message in messages {
            var text: [UInt8] = []
            text.reserveCapacity(message.content.source.count)
            try message.content.render(in: context, into: &text)
            rendered.append(RenderedMessage(role: message.role, text: text))
        }
        return rendered
    }
}
