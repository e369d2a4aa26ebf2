import JSON

/// A run's whole result as WorkflowAI tells it: the body of an answer, and the last event of a stream.
///
/// After `RunResponse` of WorkflowAI's server (`api/api/routers/run.py`): `id`, `task_output`, `tool_call_requests`,
/// `version: {id, properties}`, `duration_seconds`, `cost_usd`, `metadata`; members that are null are left out there. Left
/// out here are `feedback_token` and `reasoning_steps`, which its SDK does not need.
package struct WorkflowAIRun: Sendable {
    /// The client's own for the run, where it gave one.
    package var id: String
    package var output: NativeRun.Output?
    /// Tools that the client is to run.
    package var calls: [AssembledAnswer.Call]
    /// Can be named again as `version`.
    package var version: String
    package var provider: String
    package var model: String
    package var milliseconds: Int64
    /// Credits, a decimal as `NanoCredits` describes itself: what the organization pays, in what it pays in.
    package var cost: String
    package var metadata: JSONValue?
    /// Nil where nothing was held against an output schema.
    package var verdict: OutputVerdict?

    package init(
        id: String, output: NativeRun.Output?, calls: [AssembledAnswer.Call] = [], version: String, provider: String,
        model: String, milliseconds: Int64, cost: String, metadata: JSONValue? = nil, verdict: OutputVerdict? = nil
    ) {
        self.id = id
        self.output = output
        self.calls = calls
        self.version = version
        self.provider = provider
        self.model = model
        self.milliseconds = milliseconds
        self.cost = cost
        self.metadata = metadata
        self.verdict = verdict
    }

    package static func encode(_ run: WorkflowAIRun) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 + (run.output?.bytes.count ?? 0))
        writer.run(run)
        return writer.bytes
    }

    /// The event that ends a stream: there is no `[DONE]`.
    package static func event(_ run: WorkflowAIRun) -> [UInt8] { ServerSentEvent.frame(json: encode(run)) }
}

extension JSONWriter {
    fileprivate mutating func run(_ run: WorkflowAIRun) {
        beginObject()
        member("id", run.id)
        key("task_output")
        taskOutput(run.output)
        if let verdict = run.verdict { self.verdict(verdict) }
        if !run.calls.isEmpty {
            key("tool_call_requests")
            beginArray()
            for (number, call) in run.calls.enumerated() { request(call, number, run.id) }
            endArray()
        }
        key("version")
        beginObject()
        member("id", run.version)
        key("properties")
        beginObject()
        member("model", run.model)
        member("provider", run.provider)
        endObject()
        endObject()
        key("duration_seconds")
        raw("\(run.milliseconds / 1_000).\(String(run.milliseconds % 1_000 + 1_000).dropFirst())".utf8)
        key("cost_usd")
        raw(run.cost.utf8)
        if let metadata = run.metadata {
            key("metadata")
            value(metadata)
        }
        endObject()
    }

    /// `task_output` is always an object: what is none is its member `output`.
    mutating func taskOutput(_ output: NativeRun.Output?) {
        if case .json(let json)? = output, json.first == UInt8(ascii: "{") { return raw(json) }
        beginObject()
        switch output {
        case .text(let text):
            key("output")
            string(utf8: text)
        case .json(let json):
            key("output")
            raw(json)
        case nil: break
        }
        endObject()
    }

    private mutating func request(_ call: AssembledAnswer.Call, _ number: Int, _ run: String) {
        beginObject()
        member("id", call.head.id ?? JSONText("call_\(run)_\(number)"))
        member("name", call.head.name)
        key("input")
        if !call.head.isCustom, (try? JSONDocument(call.argumentsJSON))?.root.kind == .object {
            raw(call.argumentsJSON)
        } else {
            // A tool that takes any text, or arguments that are no JSON.
            beginObject()
            key("input")
            string(utf8: call.arguments)
            endObject()
        }
        endObject()
    }
}
