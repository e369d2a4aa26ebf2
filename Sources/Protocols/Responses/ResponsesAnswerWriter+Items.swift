import JSON

// What is said, item by item.
extension ResponsesAnswerWriter {
    // Messages

    mutating func write(_ text: JSONText, _ part: ResponsesItem.Part, _ out: inout [UInt8]) {
        if open?.kind != .message {
            finishOpen(&out)
            let item = ResponsesItem(.message, id: itemID("msg_"), at: output.count)
            add(item, &out)
            open = item
        }
        guard var item = open else { return }
        // Taken out while it grows, so that it is not copied.
        open = nil
        if item.part != part {
            finishPart(&item, &out)
            item.part = part
            say("response.content_part.added", of: item, &out) { writer in
                writer.responsesPlace(of: item)
                writer.key("part")
                writer.responsesPart(item)
            }
        }
        item.append(text)
        let type: StaticString = part == .text ? "response.output_text.delta" : "response.refusal.delta"
        say(type, of: item, size: text.byteCount, &out) { writer in
            writer.responsesPlace(of: item)
            writer.member("delta", text)
            if part == .text { writer.noLogprobs() }
        }
        open = item
    }

    /// The part that is not done, of a message or of reasoning.
    mutating func finishPart(_ item: inout ResponsesItem, _ out: inout [UInt8]) {
        guard let part = item.part else { return }
        let size = item.text.count
        let done: StaticString
        switch part {
        case .text: done = "response.output_text.done"
        case .refusal: done = "response.refusal.done"
        case .summary: done = "response.reasoning_summary_text.done"
        }
        say(done, of: item, size: size, &out) { [item] writer in
            writer.responsesPlace(of: item)
            writer.key(part == .refusal ? "refusal" : "text")
            writer.quoted(item.text)
            if part == .text { writer.noLogprobs() }
        }
        var json = JSONWriter(capacity: size + item.annotations.count + 64)
        json.responsesPart(item)
        let type: StaticString =
            part == .summary ? "response.reasoning_summary_part.done" : "response.content_part.done"
        say(type, of: item, size: size, &out) { [item] writer in
            writer.responsesPlace(of: item)
            writer.key("part")
            writer.raw(json.bytes)
        }
        item.endPart(json.bytes)
    }

    mutating func write(_ citation: Citation, _ out: inout [UInt8]) {
        guard var item = open, item.kind == .message, item.part == .text else { return }
        open = nil
        var json = JSONWriter(capacity: 192)
        json.responsesAnnotation(citation)
        let number = item.annotationCount
        say("response.output_text.annotation.added", of: item, size: json.bytes.count, &out) { writer in
            writer.responsesPlace(of: item)
            writer.key("annotation_index")
            writer.int(number)
            writer.key("annotation")
            writer.raw(json.bytes)
        }
        item.add(annotation: json.bytes)
        open = item
    }

    // Reasoning

    mutating func write(thoughts text: JSONText, _ out: inout [UInt8]) {
        if open?.kind != .reasoning || open?.opaque.isEmpty == false {
            finishOpen(&out)
            var item = ResponsesItem(.reasoning, id: itemID("rs_"), at: output.count)
            add(item, &out)
            item.part = .summary
            say("response.reasoning_summary_part.added", of: item, &out) { writer in
                writer.responsesPlace(of: item)
                writer.key("part")
                writer.responsesPart(item)
            }
            open = item
        }
        guard !text.isEmpty, var item = open else { return }
        open = nil
        item.append(text)
        say("response.reasoning_summary_text.delta", of: item, size: text.byteCount, &out) { writer in
            writer.responsesPlace(of: item)
            writer.member("delta", text)
        }
        open = item
    }

    mutating func writeHidden(_ opaque: JSONText, id: String, _ out: inout [UInt8]) {
        finishOpen(&out)
        var item = ResponsesItem(.reasoning, id: id, at: output.count)
        add(item, &out)
        item.encrypted = ReasoningSeal.seal(opaque, of: opening.origin).utf8
        finish(item, &out)
    }

    // Calls

    mutating func begin(_ number: Int, _ head: CallHead, _ out: inout [UInt8]) {
        // A number beyond the next one would leave a gap.
        guard number == calls.count else { return }
        finishOpen(&out)
        if let signature {
            writeHidden(signature, id: itemID(ResponsesReasoning.signatureID), &out)
            self.signature = nil
        }
        var item = ResponsesItem(
            head.isCustom ? .customCall : .call, id: itemID(head.isCustom ? "ctc_" : "fc_"), at: output.count)
        item.callID = opening.callID(head, number).quotedContents
        item.name = head.name.quotedContents
        add(item, &out)
        calls.append(item)
    }

    mutating func write(arguments text: JSONText, _ number: Int, _ out: inout [UInt8]) {
        guard calls.indices.contains(number) else { return }
        // Taken out while it grows: a copy for each piece would make long arguments quadratic.
        var call = calls[number]
        calls[number].clearText()
        write(arguments: text, of: &call, &out)
        calls[number] = call
    }

    mutating func write(arguments text: JSONText, of call: inout ResponsesItem, _ out: inout [UInt8]) {
        call.append(text)
        let type: StaticString =
            call.kind == .customCall
            ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta"
        say(type, of: call, size: text.byteCount, &out) { $0.member("delta", text) }
    }
}
