import JSON

/// What a Responses answer said of each of its items. A stream says everything several times: in pieces, when the piece is
/// whole, when its item is, and at the end; it is taken the first time, and the rest only where the pieces were left out.
struct ResponsesItems: Sendable {
    /// What a piece is of.
    enum Kind: Sendable { case text, refusal, summary, thoughts }

    private struct Item: Sendable {
        /// The number of the call that it is.
        var call: Int?
        var saidArguments = false
        /// Of reasoning: whether its summary or the thoughts themselves are taken, where it has both.
        var thoughts: Kind?
        /// Of reasoning: the part that was taken last.
        var part: Int64 = 0
        /// Of a message: how many citations were taken of each part that said something, by its place.
        var citations: [Int64: Int] = [:]
        var isComplete = false
    }

    /// By their places in the output.
    private var items: [Int64: Item] = [:]
    private var calls = 0

    var isEmpty: Bool { items.isEmpty }
    var hasCalls: Bool { calls > 0 }

    /// A piece of text of whatever kind.
    mutating func add(_ event: JSONValue, _ kind: Kind, _ step: inout AnswerStep) {
        guard let text = JSONText(event.member("delta")), !text.isEmpty else { return }
        let place = event.member("output_index")?.int ?? 0
        switch kind {
        case .text:
            items[place, default: Item()].citations[event.member("content_index")?.int ?? 0, default: 0] += 0
            step.add(.text(text))
        case .refusal:
            items[place, default: Item()].citations[event.member("content_index")?.int ?? 0, default: 0] += 0
            step.add(.refusal(text))
        case .summary, .thoughts:
            let part = event.member(kind == .summary ? "summary_index" : "content_index")?.int ?? 0
            let known = items[place]
            if let taken = known?.thoughts, taken != kind { return }
            if known?.thoughts != nil, known?.part != part { step.add(.reasoning(.utf8(ResponsesReasoning.separator))) }
            items[place, default: Item()].thoughts = kind
            items[place]?.part = part
            step.add(.reasoning(text))
        }
    }

    /// A piece of a call's arguments; of a call that has not begun, nothing, as it comes whole when its item does.
    mutating func add(arguments: JSONValue?, _ event: JSONValue, _ step: inout AnswerStep) {
        guard let text = JSONText(arguments), !text.isEmpty else { return }
        let place = event.member("output_index")?.int ?? 0
        guard let call = items[place]?.call else { return }
        items[place]?.saidArguments = true
        step.add(.arguments(call, text))
    }

    mutating func add(annotation event: JSONValue, _ step: inout AnswerStep) {
        guard let annotation = event.present("annotation") else { return }
        let place = event.member("output_index")?.int ?? 0
        items[place, default: Item()].citations[event.member("content_index")?.int ?? 0, default: 0] += 1
        if let citation = Citation(responses: annotation) { step.add(.citation(citation)) }
    }

    /// An item begins.
    mutating func begin(_ item: JSONValue, _ place: Int64, _ step: inout AnswerStep) {
        guard items[place] == nil else { return }
        items[place] = Item()
        if let head = CallHead(responses: item) { begin(head, place, &step) }
    }

    private mutating func begin(_ head: CallHead, _ place: Int64, _ step: inout AnswerStep) {
        items[place]?.call = calls
        step.add(.toolCall(calls, head))
        calls += 1
    }

    /// An item as a whole: whatever was not said of it is said now.
    mutating func complete(_ item: JSONValue, _ place: Int64, _ step: inout AnswerStep) {
        var known = items[place] ?? Item()
        guard !known.isComplete else { return }
        known.isComplete = true
        items[place] = known
        switch item.member("type")?.string {
        case "message": completeMessage(item, known, &step)
        case "reasoning": completeReasoning(item, known, &step)
        case "function_call", "custom_tool_call":
            guard let head = CallHead(responses: item) else { return }
            if known.call == nil { begin(head, place, &step) }
            let arguments = JSONText(item.member(head.isCustom ? "input" : "arguments"))
            if !known.saidArguments, let arguments, !arguments.isEmpty, let call = items[place]?.call {
                step.add(.arguments(call, arguments))
            }
        case "image_generation_call": if item.present("result") != nil { step.imageCount += 1 }
        case _: return
        }
    }

    private func completeMessage(_ item: JSONValue, _ known: Item, _ step: inout AnswerStep) {
        for (index, part) in (item.member("content")?.elements() ?? []).enumerated() {
            let cited = known.citations[Int64(index)]
            if cited == nil {
                // Of another type are sounds.
                if let text = JSONText(part.member("text")) { step.add(.text(text)) }
                if let refusal = JSONText(part.member("refusal")) { step.add(.refusal(refusal)) }
            }
            for annotation in (part.member("annotations")?.elements() ?? []).dropFirst(cited ?? 0) {
                if let citation = Citation(responses: annotation) { step.add(.citation(citation)) }
            }
        }
    }

    private func completeReasoning(_ item: JSONValue, _ known: Item, _ step: inout AnswerStep) {
        let texts = known.thoughts == nil ? ResponsesReasoning.texts(item) : []
        for (index, text) in texts.enumerated() {
            if index > 0 { step.add(.reasoning(.utf8(ResponsesReasoning.separator))) }
            step.add(.reasoning(text))
        }
        guard let opaque = ResponsesReasoning.opaque(item) else { return }
        let isInWords = known.thoughts != nil || !texts.isEmpty
        step.add(isInWords ? .signature(opaque) : .hiddenReasoning(opaque))
    }
}

extension CallHead {
    /// Nil for what is no call of a client's tool.
    fileprivate init?(responses item: JSONValue) {
        let isCustom = item.member("type")?.isString("custom_tool_call") == true
        guard isCustom || item.member("type")?.isString("function_call") == true else { return nil }
        // Results name `call_id`; `id` is the item's own.
        self.init(
            id: JSONText(item.member("call_id") ?? item.member("id")), name: JSONText(item.member("name")) ?? .utf8([]),
            isCustom: isCustom)
    }
}

extension Citation {
    /// Nil for what cites nothing: a file that was made.
    fileprivate init?(responses annotation: JSONValue) {
        switch annotation.member("type")?.string {
        case "url_citation":
            let start = annotation.member("start_index")?.int
            let end = annotation.member("end_index")?.int
            let range = start.flatMap { start in end.flatMap { start >= 0 && start <= $0 ? start..<$0 : nil } }
            self.init(
                url: JSONText(annotation.member("url")), title: JSONText(annotation.member("title")), range: range)
        case "file_citation", "container_file_citation":
            self.init(url: nil, title: JSONText(annotation.member("filename")))
        case _: return nil
        }
    }
}
