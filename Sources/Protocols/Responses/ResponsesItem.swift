import Domain
import JSON

/// An item of a Responses answer that is being written.
struct ResponsesItem: Sendable {
    enum Kind: Sendable { case message, reasoning, call, customCall }
    enum Part: Sendable { case text, refusal, summary }

    let kind: Kind
    let id: String
    /// Among the items of the answer.
    let place: Int
    /// Of a call, as between the quotes of a JSON string; so are `name` and `text`.
    var callID: [UInt8] = []
    var name: [UInt8] = []
    /// What the part that is not done says so far; of a call, its arguments.
    private(set) var text: [UInt8] = []
    var part: Part?
    /// The parts that are done: JSON values with commas between them.
    private(set) var parts: [UInt8] = []
    private(set) var partCount = 0
    /// Of the part that is not done: JSON values with commas between them.
    private(set) var annotations: [UInt8] = []
    private(set) var annotationCount = 0
    /// Of reasoning: what its provider wants back with it, as it came and as clients get it.
    var opaque: [UInt8] = []
    var encrypted: [UInt8] = []

    init(_ kind: Kind, id: String, at place: Int) {
        self.kind = kind
        self.id = id
        self.place = place
    }

    mutating func append(_ more: JSONText) {
        switch more {
        case .json(let value): text += value.raw.dropFirst().dropLast()
        case .utf8(let bytes): appendEscapedJSON(utf8: bytes, to: &text)
        }
    }

    mutating func clearText() { text = [] }

    mutating func add(annotation json: [UInt8]) {
        if annotationCount > 0 { annotations.append(UInt8(ascii: ",")) }
        annotations += json
        annotationCount += 1
    }

    mutating func endPart(_ json: [UInt8]) {
        if partCount > 0 { parts.append(UInt8(ascii: ",")) }
        parts += json
        partCount += 1
        part = nil
        text = []
        annotations = []
        annotationCount = 0
    }
}

/// What every snapshot of a response begins with.
struct ResponsesHead: Sendable {
    var id: String
    var model: String
    /// Seconds since 1970.
    var created: Int64
}

/// How a response stands.
enum ResponsesStatus: Sendable {
    case running
    case completed
    case incomplete(reason: String)
    case failed(code: String, message: String)

    init(_ reason: FinishReason) {
        switch reason {
        case .stop, .stopSequence, .toolCalls, .paused, .other: self = .completed
        case .length: self = .incomplete(reason: "max_output_tokens")
        case .contentFilter, .refusal: self = .incomplete(reason: "content_filter")
        case .failed(let word): self = .failed(code: "server_error", message: "The provider failed: \(word).")
        }
    }

    var name: String {
        switch self {
        case .running: "in_progress"
        case .completed: "completed"
        case .incomplete: "incomplete"
        case .failed: "failed"
        }
    }

    /// The event that says so last.
    var event: StaticString {
        switch self {
        case .running: "response.in_progress"
        case .completed: "response.completed"
        case .incomplete: "response.incomplete"
        case .failed: "response.failed"
        }
    }

    /// Whether the answer was not said to its end.
    var isCut: Bool {
        switch self {
        case .running, .completed: false
        case .incomplete, .failed: true
        }
    }
}

extension JSONText {
    /// As between the quotes of a JSON string.
    var quotedContents: [UInt8] {
        switch self {
        case .json(let value): return Array(value.raw.dropFirst().dropLast())
        case .utf8(let bytes):
            var contents: [UInt8] = []
            appendEscapedJSON(utf8: bytes, to: &contents)
            return contents
        }
    }
}

extension JSONWriter {
    /// - Parameter contents: as between the quotes of a JSON string.
    mutating func quoted(_ contents: [UInt8]) {
        reserveCapacity(bytes.count + contents.count + 64)
        raw([UInt8(ascii: "\"")] + contents + [UInt8(ascii: "\"")])
    }

    mutating func noLogprobs() {
        key("logprobs")
        beginArray()
        endArray()
    }

    /// Of the part that is not done.
    mutating func responsesPlace(of item: ResponsesItem) {
        key(item.kind == .reasoning ? "summary_index" : "content_index")
        int(item.partCount)
    }

    /// The part that is not done, with what it says so far.
    mutating func responsesPart(_ item: ResponsesItem) {
        beginObject()
        switch item.part {
        case .text, nil:
            member("type", "output_text")
            key("text")
            quoted(item.text)
            key("annotations")
            raw([UInt8(ascii: "[")] + item.annotations + [UInt8(ascii: "]")])
            noLogprobs()
        case .refusal:
            member("type", "refusal")
            key("refusal")
            quoted(item.text)
        case .summary:
            member("type", "summary_text")
            key("text")
            quoted(item.text)
        }
        endObject()
    }

    /// - Parameters:
    ///   - isBegun: it only begins.
    ///   - isCut: it was not said to its end.
    mutating func responsesItem(_ item: ResponsesItem, isBegun: Bool = false, isCut: Bool = false) {
        beginObject()
        member("id", item.id)
        switch item.kind {
        case .message:
            member("type", "message")
            member("status", isBegun ? "in_progress" : isCut ? "incomplete" : "completed")
            member("role", "assistant")
            key("content")
            raw([UInt8(ascii: "[")] + item.parts + [UInt8(ascii: "]")])
        case .reasoning:
            member("type", "reasoning")
            key("summary")
            raw([UInt8(ascii: "[")] + item.parts + [UInt8(ascii: "]")])
            if !item.encrypted.isEmpty {
                key("encrypted_content")
                string(utf8: item.encrypted)
            }
        case .call, .customCall:
            member("type", item.kind == .call ? "function_call" : "custom_tool_call")
            member("status", isBegun ? "in_progress" : isCut ? "incomplete" : "completed")
            key("call_id")
            quoted(item.callID)
            key("name")
            quoted(item.name)
            key(item.kind == .call ? "arguments" : "input")
            quoted(item.text)
        }
        endObject()
    }

    mutating func responsesAnnotation(_ citation: Citation) {
        beginObject()
        if citation.url == nil, let title = citation.title {
            member("type", "file_citation")
            member("file_id", "")
            member("filename", title)
            key("index")
            int(citation.range?.upperBound ?? 0)
        } else {
            member("type", "url_citation")
            key("start_index")
            int(citation.range?.lowerBound ?? 0)
            key("end_index")
            int(citation.range?.upperBound ?? 0)
            member("url", citation.url ?? .utf8([]))
            member("title", citation.title ?? .utf8([]))
        }
        endObject()
    }

    /// - Parameters:
    ///   - output: its items, each a JSON value; empty for those that are not done.
    ///   - ending: nil where it has not ended well.
    mutating func response(
        _ head: ResponsesHead, _ status: ResponsesStatus, _ output: [[UInt8]], _ ending: AnswerEnding?,
        verdict: OutputVerdict?
    ) {
        beginObject()
        member("id", head.id)
        member("object", "response")
        key("created_at")
        int(head.created)
        member("status", status.name)
        key("error")
        if case .failed(let code, let message) = status {
            beginObject()
            member("code", code)
            member("message", message)
            endObject()
        } else {
            null()
        }
        key("incomplete_details")
        if case .incomplete(let reason) = status {
            beginObject()
            member("reason", reason)
            endObject()
        } else {
            null()
        }
        member("model", head.model)
        key("output")
        beginArray()
        for item in output where !item.isEmpty { raw(item) }
        endArray()
        key("parallel_tool_calls")
        bool(true)
        member("tool_choice", "auto")
        key("tools")
        beginArray()
        endArray()
        key("usage")
        if let ending { responsesUsage(ending.usage, cost: ending.cost) } else { null() }
        if let verdict {
            key("tollgate")
            raw(verdict.encode())
        }
        endObject()
    }
}
