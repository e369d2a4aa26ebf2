import Domain
import JSON

extension Plan {
    /// The version's messages, filled with a run's input. All of them share one budget.
    ///
    /// Pointers of faults begin at the input.
    package func render(
        input: JSONTape?, limits: RenderLimits = RenderLimits()
    ) throws(DataFault) -> [RenderedMessage] {
        var rendering = PlanRendering(plan: self, input: input, limits: limits)
        for (index, message) in messages.enumerated() { try rendering.add(message, at: .root / "messages" / index) }
        return rendering.messages
    }
}

/// One rendering of a plan, message by message.
private struct PlanRendering {
    private let plan: Plan
    private let context: RenderContext
    private(set) var messages: [RenderedMessage] = []

    init(plan: Plan, input: JSONTape?, limits: RenderLimits) {
        self.plan = plan
        context = RenderContext(input: input, isLenient: plan.isLenient, limits: limits)
        messages.reserveCapacity(plan.messages.count)
    }

    mutating func add(_ message: VersionMessage<Template>, at place: JSONPointer) throws(DataFault) {
        switch message {
        case .text(let role, let template):
            messages.append(RenderedMessage(role: role, text: try text(template, at: place)))
        case .parts(let role, let parts):
            var writer = JSONWriter()
            writer.beginArray()
            for (index, part) in parts.enumerated() {
                try write(part, at: place / "content" / index, to: &writer)
            }
            writer.endArray()
            messages.append(
                RenderedMessage(
                    role: role, content: .parts(writer.bytes), attachmentCount: parts.count { $0.kind != .text }))
        case .spliced(let template): messages += try spliced(template, at: place)
        }
    }

    private mutating func text(_ template: Template, at place: JSONPointer) throws(DataFault) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(template.source.count)
        do throws(RenderFault) { try template.render(in: context, into: &text) } catch {
            throw DataFault(error, at: place, variables: Set(plan.variables.map(\.name)))
        }
        return text
    }

    private mutating func write(
        _ part: VersionPart<Template>, at place: JSONPointer, to writer: inout JSONWriter
    ) throws(DataFault) {
        writer.beginObject()
        writer.key("type")
        writer.string(part.kind.rawValue)
        let place = part.kind.isFlat ? place : place / part.kind.rawValue
        if !part.kind.isFlat {
            writer.key(part.kind.rawValue)
            writer.beginObject()
        }
        var isOfNothing = !part.kind.sources.isEmpty
        for field in part.fields {
            let text = try text(field.text, at: place / field.name)
            guard !text.isEmpty || part.kind.isRequired(field.name) else { continue }
            if !text.isEmpty, part.kind.sources.contains(field.name) { isOfNothing = false }
            writer.key(field.name)
            writer.string(utf8: text)
        }
        guard !isOfNothing else {
            let names = part.kind.sources.sorted().joined(separator: " or ")
            throw DataFault(
                pointer: nil, rule: "empty",
                message: "the part is of nothing: \(names) has to say something (version \(place.text))")
        }
        if !part.kind.isFlat { writer.endObject() }
        writer.endObject()
    }

    private mutating func spliced(_ template: Template, at place: JSONPointer) throws(DataFault) -> [RenderedMessage] {
        let list: JSONValue
        do throws(RenderFault) {
            let json = try template.renderJSON(in: context)
            if json?.isEmpty == true { return [] }
            guard let json, let document = try? JSONDocument(json) else {
                throw RenderFault(.value, "the expression has no value that is JSON")
            }
            list = document.root
        } catch {
            throw DataFault(error, at: place, variables: Set(plan.variables.map(\.name)))
        }
        do throws(DataFault) { return try SplicedMessages.read(list) } catch {
            throw leading(error, template, at: place)
        }
    }

    /// A fault within a spliced list has a place in the input where the expression is no more than a path to it.
    private func leading(_ fault: DataFault, _ template: Template, at place: JSONPointer) -> DataFault {
        var fault = fault
        let within = fault.pointer ?? ""
        let variables = template.variables
        let pointer = template.path.flatMap { DataFault.pointer(path: $0, Set(variables.map(\.name))) }
        fault.pointer = pointer.map { $0 + within }
        fault.message += " (message list of version \(place.text)\(fault.pointer == nil ? ", at \(within)" : ""))"
        return fault
    }
}

extension Template {
    /// Whether it is one `{{ … }}` and nothing else.
    var isExpression: Bool { program.expression != nil }

    /// What stands between the braces of an expression, which may be a dotted path.
    fileprivate var path: String? {
        guard isExpression else { return nil }
        let inner = String(decoding: source, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let marks: Set<Character> = ["{", "}", " ", "-", "+"]
        return String(inner.drop { marks.contains($0) }.reversed().drop { marks.contains($0) }.reversed())
    }
}
