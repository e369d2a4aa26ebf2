import JSON

/// Settings, most of which are in `generationConfig`.
extension GeminiEncoding {
    mutating func writeGenerationConfig() {
        let raw = outgoing.rawFields.filter { GeminiName.path($0.name).hasPrefix("generationConfig.") }
        let ofVersion = members(ofForeign: "generationConfig")
        written.insert("generationConfig")
        // The maximum is the one that the reservation rests on, and there is one candidate.
        var names: Set<String> = ["maxOutputTokens", "candidateCount"]
        writer.key("generationConfig")
        writer.beginObject()
        writeNumbers(&names)
        if let stop = settings.stop {
            names.insert("stopSequences")
            writer.key("stopSequences")
            writer.beginArray()
            for word in stop { writer.text(word) }
            writer.endArray()
        }
        writeFormat(&names)
        writeThinking(&names)
        writer.key("maxOutputTokens")
        writer.int(outgoing.maxOutputTokens)
        writeMembers(raw, ofVersion, &names)
        writer.endObject()
    }

    private mutating func writeNumbers(_ names: inout Set<String>) {
        let numbers = [
            ("temperature", settings.temperature), ("topP", settings.topP), ("topK", settings.topK),
            ("frequencyPenalty", settings.frequencyPenalty), ("presencePenalty", settings.presencePenalty),
            ("seed", settings.seed),
        ]
        for case (let name, let number?) in numbers {
            names.insert(name)
            writer.key(name)
            writer.raw(number)
        }
    }

    private mutating func writeFormat(_ names: inout Set<String>) {
        guard let format = settings.answerFormat else { return }
        names.formUnion(["responseMimeType", "responseSchema", "responseJsonSchema"])
        switch format {
        case .text: return
        case .json: writer.member("responseMimeType", "application/json")
        case .schema(let schema):
            writer.member("responseMimeType", "application/json")
            writer.key("responseJsonSchema")
            writer.raw(schema.schema)
        }
    }

    private mutating func writeThinking(_ names: inout Set<String>) {
        guard let wish = settings.reasoning, wish != ReasoningWish() else { return }
        guard model.thinks else { return drop(.reasoning) }
        names.insert("thinkingConfig")
        writer.key("thinkingConfig")
        writer.beginObject()
        if model.isThird {
            if let level = wish.nearestLevel { writer.member("thinkingLevel", model.thinkingLevel(level)) }
        } else if let budget = wish.nearestBudget {
            writer.key("thinkingBudget")
            writer.int(model.thinkingBudget(budget))
        }
        if let shows = wish.shows {
            writer.key("includeThoughts")
            writer.bool(shows)
        }
        writer.endObject()
    }

    /// Vertex takes labels, of lower-case letters, digits, `_` and `-`; AI Studio's API takes none from applications.
    mutating func writeLabels() {
        guard let metadata = settings.metadata else { return }
        let labels = (try? JSONDocument(Array(metadata)).root.members()) ?? []
        guard dialect.name == "vertex", labels.allSatisfy({ Self.isLabel($0) }) else { return drop(.metadata) }
        write("labels", metadata)
    }

    private static func isLabel(_ member: JSONMember) -> Bool {
        guard let value = member.value.string, let first = member.name.utf8.first else { return false }
        let isOpenedByLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
        return isOpenedByLetter
            && [member.name, value].allSatisfy { text in
                text.utf8.count <= 63
                    && text.utf8.allSatisfy {
                        switch $0 {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                            UInt8(ascii: "_"), UInt8(ascii: "-"):
                            true
                        case _: false
                        }
                    }
            }
    }
}
