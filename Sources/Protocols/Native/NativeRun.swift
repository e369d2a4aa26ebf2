import Domain
import JSON

/// Our own answer format: a run's whole result, and the events of its stream.
package enum NativeRun {
    package struct Version: Hashable, Sendable {
        package var number: Int64
        /// Lower-case hexadecimal digits of the version's SHA-256.
        package var hash: String

        package init(number: Int64, hash: String) {
            self.number = number
            self.hash = hash
        }
    }

    package struct Deployment: Hashable, Sendable {
        package var agent: String
        package var environment: String
        package var schema: Int64
        package var revision: Int64

        package init(agent: String, environment: String, schema: Int64, revision: Int64) {
            self.agent = agent
            self.environment = environment
            self.schema = schema
            self.revision = revision
        }
    }

    package enum Output: Hashable, Sendable {
        /// UTF-8, not escaped.
        case text([UInt8])
        /// One JSON value, of an answer that is what the agent's output schema asks for.
        case json([UInt8])

        var bytes: [UInt8] {
            switch self {
            case .text(let bytes), .json(let bytes): bytes
            }
        }
    }

    package struct Result: Sendable {
        package var id: String
        package var output: Output?
        /// A JSON array.
        package var toolCalls: [UInt8]?
        package var finishReason: String?
        package var version: Version
        package var deployment: Deployment
        package var model: String?
        package var usage: MeteredUsage
        /// Credits, a decimal as `NanoCredits` describes itself.
        package var cost: String
        /// Nil where nothing was held against an output schema.
        package var verdict: OutputVerdict?

        package init(
            id: String, output: Output?, toolCalls: [UInt8]? = nil, finishReason: String?, version: Version,
            deployment: Deployment, model: String?, usage: MeteredUsage, cost: String, verdict: OutputVerdict? = nil
        ) {
            self.id = id
            self.output = output
            self.toolCalls = toolCalls
            self.finishReason = finishReason
            self.version = version
            self.deployment = deployment
            self.model = model
            self.usage = usage
            self.cost = cost
            self.verdict = verdict
        }
    }

    /// The body of an answer that is not streamed, and the data of the stream's `done` event.
    package static func encode(_ result: Result) -> [UInt8] {
        var writer = JSONWriter(capacity: 640 + (result.output?.bytes.count ?? 0) + (result.toolCalls?.count ?? 0))
        writer.result(result)
        return writer.bytes
    }

    /// `event: delta`, `{"text":…}`.
    package static func delta(text: JSONText) -> [UInt8] { delta(size: text.byteCount) { $0.member("text", text) } }

    /// `event: delta`, `{"tool_call":…}`: a piece of a call as OpenAI's chunks have it. Nil for what is none.
    package static func delta(toolCall piece: AnswerPiece.Content) -> [UInt8]? {
        switch piece {
        case .toolCall(let number, let head):
            delta(size: 128) { writer in
                writer.key("tool_call")
                writer.beginObject()
                writer.key("index")
                writer.int(number)
                writer.call(head, arguments: [])
                writer.endObject()
            }
        case .arguments(let number, let text):
            delta(size: text.byteCount + 64) { writer in
                writer.key("tool_call")
                writer.beginObject()
                writer.key("index")
                writer.int(number)
                writer.key("function")
                writer.beginObject()
                writer.member("arguments", text)
                writer.endObject()
                writer.endObject()
            }
        case .text, .refusal, .reasoning, .signature, .hiddenReasoning, .citation: nil
        }
    }

    /// A JSON array of whole calls; nil where there is none.
    package static func toolCalls(_ calls: [AssembledAnswer.Call]) -> [UInt8]? {
        guard !calls.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.beginArray()
        for call in calls {
            writer.beginObject()
            writer.call(call.head, arguments: call.argumentsJSON)
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }

    package static func done(_ result: Result) -> [UInt8] { ServerSentEvent.frame(name: "done", json: encode(result)) }

    /// - Parameter error: a whole error body, `{"error":{…}}`.
    package static func error(_ error: [UInt8]) -> [UInt8] { ServerSentEvent.frame(name: "error", json: error) }

    private static func delta(size: Int, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: size + 32)
        writer.beginObject()
        write(&writer)
        writer.endObject()
        return ServerSentEvent.frame(name: "delta", json: writer.bytes)
    }
}

extension JSONWriter {
    /// A call's id, type, name and arguments.
    fileprivate mutating func call(_ head: CallHead, arguments: [UInt8]) {
        key("id")
        if let id = head.id { text(id) } else { null() }
        chatFunction(head, arguments)
    }

    fileprivate mutating func result(_ result: NativeRun.Result) {
        beginObject()
        key("id")
        string(result.id)
        key("output")
        switch result.output {
        case .text(let text): string(utf8: text)
        case .json(let json): raw(json)
        case nil: null()
        }
        if let verdict = result.verdict { self.verdict(verdict) }
        if let calls = result.toolCalls {
            key("tool_calls")
            raw(calls)
        }
        key("finish_reason")
        optional(result.finishReason)
        key("version")
        beginObject()
        key("number")
        int(result.version.number)
        key("hash")
        string(result.version.hash)
        endObject()
        key("deployment")
        deployment(result.deployment)
        key("model")
        optional(result.model)
        key("usage")
        usage(result.usage)
        key("cost")
        raw(result.cost.utf8)
        endObject()
    }

    private mutating func deployment(_ deployment: NativeRun.Deployment) {
        beginObject()
        key("agent")
        string(deployment.agent)
        key("environment")
        string(deployment.environment)
        key("schema")
        int(deployment.schema)
        key("revision")
        int(deployment.revision)
        endObject()
    }

    /// Totals, with the parts of them that are priced otherwise.
    private mutating func usage(_ metered: MeteredUsage) {
        beginObject()
        key("input_tokens")
        int(metered.usage.inputTotal)
        key("cache_read_tokens")
        int(metered.usage.cacheRead)
        key("cache_write_tokens")
        int(metered.usage.cacheWrite + metered.usage.cacheWriteHour)
        key("output_tokens")
        int(metered.usage.outputTotal)
        key("reasoning_tokens")
        int(metered.usage.reasoning)
        key("estimated")
        bool(metered.isEstimated)
        endObject()
    }
}

extension JSONWriter {
    mutating func optional(_ text: String?) {
        if let text { string(text) } else { null() }
    }
}
