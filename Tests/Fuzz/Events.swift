import Domain
import JSON
import Protocols

extension FuzzTarget {
    /// Any cutting of a stream gives the same events; a limit refuses the same streams however they are cut.
    static let serverSentEvents = FuzzTarget(name: "server-sent-events") { input in
        guard let seed = input.first else { return }
        let stream = Array(input.dropFirst())
        for limit in [1 << 20, 48] {
            let whole = Reading([stream[...]], limit: limit)
            let parts = Reading(pieces(of: stream, seed: seed), limit: limit)
            let bytes = Reading(stream.indices.map { stream[$0...$0] }, limit: limit)
            try hold(whole == parts && whole == bytes, "the events do not depend on how the stream was cut")
            try hold(whole.raw.count <= stream.count, "no byte is relayed twice")
            try hold(whole.isTooLarge || limit < 1 << 20 || isWithin(whole.raw, stream), "events are relayed in order")
        }
    }

    /// A stream's events are read without trapping, add up to what came, and are rewritten as JSON.
    static let chatStream = FuzzTarget(name: "chat-stream") { input in
        guard let choice = input.first else { return }
        let dialect = ProviderDialect.all[Int(choice) % ProviderDialect.all.count]
        var reader = ChatAnswerReader(dialect: dialect)
        var assembly = AnswerAssembly()
        var writer = ChatAnswerWriter(AnswerOpening(id: "run_1", model: "m", created: 0, origin: .anthropic))
        for event in Reading([input.dropFirst()], limit: 1 << 20).events {
            guard let step = try? reader.read(event) else { continue }
            if let amended = step.amended { try hold((try? JSONDocument(amended)) != nil, "an amended chunk is JSON") }
            assembly.add(step)
            try hold(areChunks(writer.write(step)), "what is written is a stream of chunks")
            if let document = try? JSONDocument(event.data) {
                let priced = try? ChatUsage.addingCost("0.1", to: Array(document.root.raw))
                try hold(priced != nil, "a chunk takes a cost")
            }
        }
        for choice in assembly.choices {
            let json = NativeRun.toolCalls(choice.toolCalls)
            try hold(json.map { (try? JSONDocument($0)) != nil } ?? true, "assembled tool calls are JSON")
        }
        try hold(reader.tally.outputByteCount <= input.count, "no more output than came")
        try hold(reader.tally.usage?.usage.isPlausible ?? true, "usage is plausible")
    }

    private static func areChunks(_ stream: [UInt8]) -> Bool {
        Reading([stream[...]], limit: .max).events.allSatisfy { (try? JSONDocument($0.data)) != nil }
    }

    static func pieces(of stream: [UInt8], seed: UInt8) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = stream[...]
        var step = Int(seed)
        while !rest.isEmpty {
            step = (step * 31 + 7) % 251
            pieces.append(rest.prefix(step % 13))
            rest = rest.dropFirst(step % 13)
        }
        return pieces
    }

    /// Whether `part` is what is left of `whole` when bytes of it are taken out.
    private static func isWithin(_ part: [UInt8], _ whole: [UInt8]) -> Bool {
        var rest = part[...]
        for byte in whole where rest.first == byte { rest = rest.dropFirst() }
        return rest.isEmpty
    }
}

/// What a parser finds in a stream that comes in these pieces.
private struct Reading: Equatable {
    var events: [ServerSentEvent] = []
    var isTooLarge = false
    var raw: [UInt8] { events.flatMap(\.raw) }

    init(_ pieces: [ArraySlice<UInt8>], limit: Int) {
        var parser = SSEParser(maximumEventSize: limit)
        do {
            for piece in pieces {
                parser.append(Array(piece))
                while let event = try parser.next() { events.append(event) }
            }
            while let event = try parser.finish() { events.append(event) }
        } catch {
            isTooLarge = true
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.isTooLarge == right.isTooLarge && left.events.count == right.events.count
            && zip(left.events, right.events).allSatisfy {
                $0.name == $1.name && $0.data == $1.data && $0.raw == $1.raw
            }
    }
}
