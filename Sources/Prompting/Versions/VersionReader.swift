import Domain
import JSON

extension VersionDocument {
    /// Reads and checks a whole document.
    package init(_ document: JSONDocument) throws(VersionFault) {
        guard document.bytes.count <= Self.maximumBytes else {
            throw VersionFault(.root, "a version has at most \(Self.maximumBytes) bytes")
        }
        let fields = try VersionFields(
            of: document.root, at: .root,
            known: [
                "provider", "model", "messages", "template", "parameters", "overridable", "tools",
                "max_output_tokens", "protocol", "strict_model", "on_invalid_output", "schema",
            ])
        provider = try Self.provider(fields)
        model = try Self.model(fields)
        templateOptions = try Template.Options(fields.value("template"), at: .root / "template")
        messages = try Self.messages(fields)
        templates = try Self.compiled(messages, templateOptions)
        parameters = try Self.parameters(fields)
        overridable = try Self.overridable(fields)
        tools = try Self.tools(fields)
        maxOutputTokens = try fields.integer("max_output_tokens", in: 1...Self.maximumOutputTokens)
        wire = try Self.wire(fields)
        strictModel = try fields.bool("strict_model") ?? false
        schema = try Self.schema(fields)
        onInvalidOutput = try Self.onInvalidOutput(fields, schema)
    }

    private static func provider(_ fields: VersionFields) throws(VersionFault) -> String {
        let provider = try fields.required("provider", try fields.string("provider"))
        guard Slug.isValid(provider) else {
            throw VersionFault(
                .root / "provider", "not a provider's name: 1 to 63 of a-z, 0-9 and -, not beginning or ending in -")
        }
        return provider
    }

    private static func wire(_ fields: VersionFields) throws(VersionFault) -> VersionProtocol {
        guard let name = try fields.string("protocol") else { return .standard }
        guard let known = VersionProtocol(rawValue: name) else {
            throw VersionFault(.root / "protocol", "must be default or responses")
        }
        return known
    }

    private static func model(_ fields: VersionFields) throws(VersionFault) -> String {
        let model = try fields.required("model", try fields.string("model"))
        guard isPrintable(model, atMost: maximumModelBytes) else {
            throw VersionFault(
                .root / "model",
                "not a model's name: 1 to \(maximumModelBytes) printable ASCII characters without spaces")
        }
        return model
    }

    private static func isPrintable(_ text: String, atMost count: Int) -> Bool {
        (1...count).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private static func isParameterName(_ text: String) -> Bool { isPrintable(text, atMost: maximumParameterNameBytes) }

    private static var parameterNameRule: String {
        "not a parameter's name: 1 to \(maximumParameterNameBytes) printable ASCII characters without spaces"
    }

    private static func messages(_ fields: VersionFields) throws(VersionFault) -> [VersionMessage<[UInt8]>] {
        let elements = try fields.required("messages", try fields.array("messages"))
        guard elements.count <= maximumMessages else {
            throw VersionFault(.root / "messages", "a version has at most \(maximumMessages) messages")
        }
        var messages: [VersionMessage<[UInt8]>] = []
        messages.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            messages.append(try VersionMessage(element, at: .root / "messages" / index))
        }
        return messages
    }

    private static func compiled(
        _ messages: [VersionMessage<[UInt8]>], _ options: Template.Options
    ) throws(VersionFault) -> [VersionMessage<Template>] {
        var compiled: [VersionMessage<Template>] = []
        compiled.reserveCapacity(messages.count)
        for (index, message) in messages.enumerated() {
            let place = .root / "messages" / index
            let message = try message.map(at: place) { (text, place) throws(VersionFault) in
                do throws(TemplateFault) { return try Template(compiling: text, options: options) } catch {
                    throw VersionFault(place, error)
                }
            }
            if case .spliced(let template) = message, !template.isExpression {
                throw VersionFault(place / "messages", "must be one {{ expression }} and nothing else")
            }
            compiled.append(message)
        }
        return compiled
    }

    private static func parameters(_ fields: VersionFields) throws(VersionFault) -> [Parameter] {
        guard let members = try fields.object("parameters") else { return [] }
        let place = .root / "parameters"
        var parameters: [Parameter] = []
        for member in members {
            guard isParameterName(member.name) else {
                throw VersionFault(place / member.name, parameterNameRule)
            }
            guard !reservedParameters.contains(member.name) else {
                throw VersionFault(place / member.name, reason(forReserving: member.name))
            }
            parameters.append(
                Parameter(name: member.name, json: try ordered(member.value, at: place / member.name)))
        }
        return parameters.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func reason(forReserving name: String) -> String {
        switch name {
        case "tools": "not a parameter: tools have a field of their own"
        case "max_tokens", "max_completion_tokens": "not a parameter: use the field max_output_tokens"
        default: "not a parameter that a version can set"
        }
    }

    private static func overridable(_ fields: VersionFields) throws(VersionFault) -> [String] {
        let place = .root / "overridable"
        var names: Set<String> = []
        for (index, element) in (try fields.array("overridable") ?? []).enumerated() {
            guard let name = element.string, isParameterName(name) else {
                throw VersionFault(place / index, parameterNameRule)
            }
            names.insert(name)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func tools(_ fields: VersionFields) throws(VersionFault) -> [UInt8]? {
        guard let tools = try fields.array("tools"), let value = fields.value("tools") else { return nil }
        for (index, tool) in tools.enumerated() where tool.kind != .object {
            throw VersionFault(.root / "tools" / index, "must be an object")
        }
        return tools.isEmpty ? nil : try ordered(value, at: .root / "tools")
    }

    private static func schema(_ fields: VersionFields) throws(VersionFault) -> Schema? {
        guard let value = fields.value("schema") else { return nil }
        let place = .root / "schema"
        let fields = try VersionFields(of: value, at: place, known: ["number", "input", "output"])
        func text(_ name: String) throws(VersionFault) -> [UInt8]? {
            guard let value = fields.value(name) else { return nil }
            guard value.kind == .object || value.kind == .bool else {
                throw VersionFault(place / name, "not a JSON Schema: must be an object, true or false")
            }
            return try ordered(value, at: place / name)
        }
        return Schema(
            number: try fields.required("number", try fields.integer("number", in: 1...Int64(Int32.max))),
            input: try text("input"), output: try text("output"))
    }

    private static func onInvalidOutput(
        _ fields: VersionFields, _ schema: Schema?
    ) throws(VersionFault) -> InvalidOutputRule {
        guard let name = try fields.string("on_invalid_output") else { return .mark }
        guard let rule = InvalidOutputRule(rawValue: name) else {
            let known = InvalidOutputRule.allCases.map(\.rawValue).joined(separator: ", ")
            throw VersionFault(.root / "on_invalid_output", "must be one of \(known)")
        }
        guard rule == .mark || schema?.output != nil else {
            throw VersionFault(.root / "on_invalid_output", "the schema asks for no output, so none can be invalid")
        }
        return rule
    }

    private static func ordered(_ value: JSONValue, at place: JSONPointer) throws(VersionFault) -> [UInt8] {
        do throws(JSONFault) {
            return try orderedJSON(value)
        } catch {
            throw VersionFault(place, error)
        }
    }
}
