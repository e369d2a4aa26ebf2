import Domain
import JSON

/// Writes answers of other protocols as OpenAI's Responses.
///
/// Messages and reasoning are done when something else begins; calls when the answer ends, as providers may go on with
/// an earlier one.
package struct ResponsesAnswerWriter: AnswerWriter {
    let opening: AnswerOpening
    private var head: ResponsesHead
    private var hasBegun = false
    /// Of the next event.
    private var sequence = 0
    /// False for an answer that is not streamed: it is put together in the same way, without a word.
    private let speaks: Bool
    /// The items so far as JSON, by their places; empty for those that are not done.
    var output: [[UInt8]] = []
    /// The message or the reasoning that is not done.
    var open: ResponsesItem?
    var calls: [ResponsesItem] = []
    /// What the provider wants back with the next call.
    var signature: JSONText?

    package init(_ opening: AnswerOpening) { self.init(opening, speaks: true) }

    private init(_ opening: AnswerOpening, speaks: Bool) {
        self.opening = opening
        self.speaks = speaks
        head = ResponsesHead(id: opening.id, model: opening.model, created: opening.created)
    }

    package mutating func write(_ step: AnswerStep) -> [UInt8] {
        if !hasBegun {
            if let named = step.id, !named.isEmpty { head.id = named }
            if let named = step.model, !named.isEmpty { head.model = named }
        }
        var out: [UInt8] = []
        for piece in step.pieces where piece.choice == 0 { write(piece.content, &out) }
        return out
    }

    package mutating func end(_ ending: AnswerEnding) -> [UInt8] {
        var out: [UInt8] = []
        if !hasBegun {
            head.id = ending.id
            head.model = ending.model
        }
        begin(&out)
        let status = ResponsesStatus(ending.finishReason)
        finish(status, &out)
        say(status.event, size: output.reduce(512) { $0 + $1.count }, &out) { [head, output] writer in
            writer.key("response")
            writer.response(head, status, output, ending, verdict: ending.verdict)
        }
        return out
    }

    /// The events that end a stream that failed: the error, and the response as far as it came.
    package mutating func fail(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] {
        var out: [UInt8] = []
        begin(&out)
        out += error.encodeResponsesEvent(sequence: sequence)
        sequence += 1
        let failed = ResponsesStatus.failed(code: error.code ?? error.type, message: error.message)
        say(failed.event, size: output.reduce(512) { $0 + $1.count }, &out) { [head, output] writer in
            writer.key("response")
            writer.response(head, failed, output, nil, verdict: nil)
        }
        return out
    }

    package static func whole(_ answer: AssembledAnswer, _ ending: AnswerEnding) -> [UInt8] {
        var writer = ResponsesAnswerWriter(ending.opening, speaks: false)
        var out: [UInt8] = []
        var calls = 0
        for item in answer.items {
            switch item {
            case .text(let text, let citations):
                writer.write(.text(.utf8(text)), &out)
                for citation in citations { writer.write(.citation(citation), &out) }
            case .refusal(let text): writer.write(.refusal(.utf8(text)), &out)
            case .reasoning(let text, let signature):
                writer.write(.reasoning(.utf8(text)), &out)
                if let signature { writer.write(.signature(signature), &out) }
            case .hiddenReasoning(let data): writer.write(.hiddenReasoning(data), &out)
            case .call(let call):
                writer.signature = call.signature
                writer.write(.toolCall(calls, call.head), &out)
                writer.write(.arguments(calls, .utf8(call.arguments)), &out)
                calls += 1
            }
        }
        let status = ResponsesStatus(ending.finishReason)
        writer.finish(status, &out)
        let head = ResponsesHead(id: ending.id, model: ending.model, created: ending.created)
        var json = JSONWriter(capacity: writer.output.reduce(512) { $0 + $1.count })
        json.response(head, status, writer.output, ending, verdict: nil)
        return json.bytes
    }

    private mutating func write(_ content: AnswerPiece.Content, _ out: inout [UInt8]) {
        switch content {
        case .text(let text): if !text.isEmpty { write(text, .text, &out) }
        case .refusal(let text): if !text.isEmpty { write(text, .refusal, &out) }
        case .reasoning(let text): write(thoughts: text, &out)
        case .signature(let text):
            // One that comes behind thoughts is of them.
            if open?.kind == .reasoning { open?.opaque += text.utf8 } else { signature = text }
        case .hiddenReasoning(let data): writeHidden(data, id: itemID("rs_"), &out)
        case .toolCall(let number, let head): begin(number, head, &out)
        case .arguments(let number, let text): if !text.isEmpty { write(arguments: text, number, &out) }
        case .citation(let citation): write(citation, &out)
        }
    }

    func itemID(_ prefix: String) -> String { "\(prefix)\(opening.id)_\(output.count)" }
}

extension ResponsesAnswerWriter {
    /// One event.
    private mutating func say(
        _ type: StaticString, size: Int, _ out: inout [UInt8], _ write: (inout JSONWriter) -> Void
    ) {
        guard speaks else { return }
        var writer = JSONWriter(capacity: size)
        writer.beginObject()
        writer.member("type", type.description)
        writer.key("sequence_number")
        writer.int(sequence)
        write(&writer)
        writer.endObject()
        sequence += 1
        let event = ServerSentEvent.frame(name: type, json: writer.bytes)
        if out.isEmpty { out = event } else { out += event }
    }

    /// One event about an item.
    mutating func say(
        _ type: StaticString, of item: ResponsesItem, size: Int = 0, _ out: inout [UInt8],
        _ write: (inout JSONWriter) -> Void
    ) {
        say(type, size: size + 256, &out) { writer in
            writer.member("item_id", item.id)
            writer.key("output_index")
            writer.int(item.place)
            write(&writer)
        }
    }

    /// The events that begin the stream, once.
    private mutating func begin(_ out: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        for type in ["response.created", "response.in_progress"] as [StaticString] {
            say(type, size: 512, &out) { [head] writer in
                writer.key("response")
                writer.response(head, .running, [], nil, verdict: nil)
            }
        }
    }

    mutating func add(_ item: ResponsesItem, _ out: inout [UInt8]) {
        begin(&out)
        output.append([])
        say("response.output_item.added", size: 384, &out) { writer in
            writer.key("output_index")
            writer.int(item.place)
            writer.key("item")
            writer.responsesItem(item, isBegun: true)
        }
    }

    mutating func finish(_ item: ResponsesItem, _ out: inout [UInt8], isCut: Bool = false) {
        var json = JSONWriter(capacity: item.text.count + item.parts.count + 256)
        json.responsesItem(item, isCut: isCut)
        output[item.place] = json.bytes
        say("response.output_item.done", size: json.bytes.count + 128, &out) { writer in
            writer.key("output_index")
            writer.int(item.place)
            writer.key("item")
            writer.raw(json.bytes)
        }
    }

    /// All that is not done.
    private mutating func finish(_ status: ResponsesStatus, _ out: inout [UInt8]) {
        finishOpen(&out, isCut: status.isCut)
        for var call in calls {
            if call.text.isEmpty, call.kind == .call {
                write(arguments: .utf8(Array("{}".utf8)), of: &call, &out)
            }
            let isCustom = call.kind == .customCall
            say(
                isCustom ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done", of: call,
                size: call.text.count, &out
            ) { writer in
                if !isCustom {
                    writer.key("name")
                    writer.quoted(call.name)
                }
                writer.key(isCustom ? "input" : "arguments")
                writer.quoted(call.text)
            }
            finish(call, &out, isCut: status.isCut)
        }
        calls = []
    }

    mutating func finishOpen(_ out: inout [UInt8], isCut: Bool = false) {
        guard var item = open else { return }
        open = nil
        finishPart(&item, &out)
        if item.kind == .reasoning, !item.opaque.isEmpty {
            item.encrypted = ReasoningSeal.seal(.utf8(item.opaque), of: opening.origin).utf8
        }
        finish(item, &out, isCut: isCut)
    }
}
