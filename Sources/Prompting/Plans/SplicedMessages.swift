import Domain
import JSON

/// Reads a list of whole messages that an input brought, in OpenAI's shape: looks at role and content, and lets all
/// else through as it came.
enum SplicedMessages {
    /// Pointers of faults begin at the list.
    static func read(_ list: JSONValue) throws(DataFault) -> [RenderedMessage] {
        guard list.kind == .array else {
            throw DataFault(pointer: "", rule: "type", message: "must be a list of messages")
        }
        var messages: [RenderedMessage] = []
        for (index, message) in list.elements().enumerated() {
            messages.append(try read(message, at: .root / index))
        }
        return messages
    }

    private static func read(_ message: JSONValue, at place: JSONPointer) throws(DataFault) -> RenderedMessage {
        guard message.kind == .object, let members = try? message.members() else {
            throw fault(place, "type", "a message must be an object")
        }
        var role: RenderedMessage.Role?
        var attachments: Int?
        var references = 0
        var saysSomething = false
        var hasCallID = false
        var seen: Set<String> = []
        var rest: [UInt8] = []
        rest.reserveCapacity(message.range.count)
        // Of a member that stands twice the first counts, as everywhere in an input.
        for member in members where seen.insert(member.name).inserted {
            switch member.name {
            case "role":
                role = try self.role(member.value, at: place / "role")
                continue
            case "content": attachments = try attachmentCount(member.value, at: place / "content")
            case "tool_calls", "function_call", "refusal":
                if !member.value.isNull { saysSomething = true }
            // What the model said aloud, by its id, and images that it made.
            case "audio", "images":
                guard !member.value.isNull else { break }
                saysSomething = true
                references += 1
            case "tool_call_id": hasCallID = member.value.kind == .string
            case _: break
            }
            if !rest.isEmpty { rest.append(UInt8(ascii: ",")) }
            appendQuotedJSON(member.name, to: &rest)
            rest.append(UInt8(ascii: ":"))
            rest += member.value.raw
        }
        guard let role else { throw fault(place / "role", "required", "a message must have a role") }
        guard attachments != nil || (role == .assistant && saysSomething) else {
            throw fault(place / "content", "required", "a message must have content")
        }
        guard role != .tool || hasCallID else {
            throw fault(place / "tool_call_id", "required", "a tool's message must say which call it answers")
        }
        return RenderedMessage(role: role, content: .members(rest), attachmentCount: (attachments ?? 0) + references)
    }

    private static func role(
        _ value: JSONValue, at place: JSONPointer
    ) throws(DataFault) -> RenderedMessage.Role {
        guard let name = value.string else { throw fault(place, "type", "a role must be a string") }
        guard let role = RenderedMessage.Role(rawValue: name) else {
            let known = RenderedMessage.Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault(place, "enum", "a role must be one of \(known)")
        }
        return role
    }

    /// How many parts of a content are not text; nil where there is no content.
    private static func attachmentCount(_ content: JSONValue, at place: JSONPointer) throws(DataFault) -> Int? {
        switch content.kind {
        case .null: return nil
        case .string: return 0
        case .array:
            var count = 0
            for (index, part) in content.elements().enumerated() {
                guard let type = part.member("type"), type.kind == .string else {
                    throw fault(place / index / "type", "required", "a part of a content must have a type")
                }
                if !type.isString("text") { count += 1 }
            }
            return count
        case .object, .number, .bool: throw fault(place, "type", "content must be a string or a list of parts")
        }
    }

    private static func fault(_ place: JSONPointer, _ rule: String, _ message: String) -> DataFault {
        DataFault(pointer: place.text, rule: rule, message: message)
    }
}
