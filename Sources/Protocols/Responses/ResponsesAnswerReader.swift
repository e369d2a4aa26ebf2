import Domain
import JSON

/// Reads the answers of OpenAI's Responses.
package struct ResponsesAnswerReader: AnswerReader {
    package let dialect: ProviderDialect
    package private(set) var tally = AnswerTally()
    private var items = ResponsesItems()

    package init(dialect: ProviderDialect) { self.dialect = dialect }

    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        let blank = [UInt8(ascii: " "), UInt8(ascii: "\n")]
        if event.data.allSatisfy(blank.contains) { return step }
        if event.data.starts(with: "[DONE]".utf8), event.data.dropFirst(6).allSatisfy(blank.contains) {
            // Not OpenAI's; some that are compatible end like chat completions.
            step.isDone = true
        } else {
            let root = try JSONDocument(event.data).root
            guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
            // Some say it in one of the two places only.
            note(root, root.member("type")?.string ?? String(decoding: event.name, as: UTF8.self), &step)
        }
        tally.note(step)
        return step
    }

    package mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep {
        var step = AnswerStep()
        let root = try JSONDocument(body).root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        if root.member("status") == nil, let error = root.present("error") {
            step.error = error
        } else {
            end(root, &step)
            step.isAnswer = root.member("output")?.kind == .array
        }
        step.isDone = false
        tally.note(step)
        return step
    }

    private mutating func note(_ root: JSONValue, _ type: String, _ step: inout AnswerStep) {
        switch type {
        case "response.output_text.delta": items.add(root, .text, &step)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            items.add(arguments: root.member("delta"), root, &step)
        case "response.reasoning_summary_text.delta": items.add(root, .summary, &step)
        case "response.reasoning_text.delta": items.add(root, .thoughts, &step)
        case "response.refusal.delta": items.add(root, .refusal, &step)
        case "response.output_text.annotation.added": items.add(annotation: root, &step)
        case "response.audio.transcript.delta": step.spokenByteCount = root.member("delta")?.decodedByteCount ?? 0
        case "response.output_item.added":
            guard let item = root.present("item") else { return }
            items.begin(item, root.member("output_index")?.int ?? 0, &step)
        case "response.output_item.done":
            guard let item = root.present("item") else { return }
            items.complete(item, root.member("output_index")?.int ?? 0, &step)
        case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
            end(root.present("response") ?? root, &step)
        case "error": step.error = root.present("error") ?? root
        case _:
            if let response = root.present("response") {
                note(head: response, &step)
            } else if let error = root.present("error"), type.isEmpty {
                // As chat completions have it: some that are compatible end either so.
                step.error = error
            }
        }
    }

    private func note(head response: JSONValue, _ step: inout AnswerStep) {
        if tally.id == nil { step.id = response.member("id")?.string }
        if tally.model == nil { step.model = response.member("model")?.string }
    }

    /// A response that is over, at the end of a stream or on its own.
    private mutating func end(_ response: JSONValue, _ step: inout AnswerStep) {
        note(head: response, &step)
        // What a stream said of its items stands; one that said nothing of them has them here.
        if items.isEmpty {
            for (index, item) in (response.member("output")?.elements() ?? []).enumerated() {
                items.complete(item, Int64(index), &step)
            }
        }
        step.usage = ResponsesUsage.read(response, dialect: dialect)
        step.error = response.present("error")
        let status = response.member("status")?.string ?? "completed"
        if status == "failed", step.error == nil { step.error = response }
        step.finishes.append(AnswerStep.Finish(FinishReason(responses: response, status, hasCalls: items.hasCalls)))
        step.isDone = true
    }
}

extension FinishReason {
    /// Responses have a status in its place.
    fileprivate init(responses response: JSONValue, _ status: String, hasCalls: Bool) {
        switch status {
        case "completed": self = hasCalls ? .toolCalls : .stop
        case "incomplete":
            switch response.present("incomplete_details")?.member("reason")?.string {
            case "max_output_tokens"?, "max_tokens"?: self = .length
            case "content_filter"?: self = .contentFilter
            case let word: self = .other(word ?? status)
            }
        case "failed": self = .failed(response.present("error")?.member("code")?.string ?? "error")
        case _: self = .other(status)
        }
    }
}
