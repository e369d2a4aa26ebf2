import Domain
import JSON

/// The body of Google's `generateContent` and `streamGenerateContent`, as google-genai sends it; `input` and `schema`
/// are ours.
///
/// Members of `generationConfig` and `toolConfig` become parameters of their own, named by their path
/// (`generationConfig.temperature`), so that a version can decide one and leave the others.
package struct GeminiRequest: Sendable {
    package let call: RunCall

    /// - Parameters:
    ///   - model: from the path, without `models/`.
    ///   - stream: whether the path says `streamGenerateContent`.
    package init(_ document: JSONDocument, model: String, stream: Bool) throws(RequestFault) {
        var call = RunCall()
        call.spoken = .gemini
        call.model = model
        call.stream = stream
        call.includeUsage = true
        for (name, field) in try Self.distinct(RunCall.fields(document), within: nil) {
            switch name {
            // The path's counts.
            case "model": continue
            case "input": call.input = try RunCall.object(field)
            case "schema": call.schema = try RunCall.integer(field, in: 1...Int64(UInt32.max))
            case "contents": call.messages = try Self.contents(field)
            case "systemInstruction": call.system = try RunCall.object(field)
            case "tools": call.parameters.append(RunCall.Field(name: name, value: try Self.list(field)))
            case "generationConfig": try Self.addSettings(of: field, to: &call)
            case "toolConfig": call.parameters += try Self.members(of: field).map(\.field)
            // It lies at the provider, under a key that need not be the one used next.
            case "cachedContent":
                throw RequestFault("Cached content is not supported: requests are stateless.", param: field.name)
            case _: call.parameters.append(RunCall.Field(name: field.name, value: field.value))
            }
        }
        self.call = call
    }

    private static func contents(_ field: JSONMember) throws(RequestFault) -> [JSONValue] {
        let contents = field.value.googleItems
        for (index, content) in contents.enumerated() {
            guard let members = try? content.members() else {
                throw RequestFault("Must be an object.", param: "contents[\(index)]")
            }
            _ = try distinct(members, within: "contents[\(index)]")
        }
        return contents
    }

    /// As an array, which it need not be where it is of one.
    private static func list(_ field: JSONMember) throws(RequestFault) -> JSONValue {
        if field.value.kind == .array { return field.value }
        let object = try RunCall.object(field)
        do throws(JSONFault) {
            return try JSONDocument([UInt8(ascii: "[")] + object.raw + [UInt8(ascii: "]")]).root
        } catch {
            throw RequestFault("Must be an array.", param: field.name)
        }
    }

    private static func addSettings(of field: JSONMember, to call: inout RunCall) throws(RequestFault) {
        for (name, field) in try members(of: field) {
            switch name {
            case "maxOutputTokens":
                guard let maximum = field.value.int, (1...Usage.largestOutputMaximum).contains(maximum) else {
                    throw RequestFault(
                        "Must be an integer, 1 to \(Usage.largestOutputMaximum).", param: field.name)
                }
                call.maxOutputTokens = maximum
                call.maxOutputField = field.name
            case "candidateCount":
                guard field.value.int == 1 else {
                    throw RequestFault("One candidate is given a call.", param: field.name)
                }
            case _: call.parameters.append(field)
            }
        }
    }

    /// The members of an object as parameters, each with its name in camelCase.
    private static func members(
        of field: JSONMember
    ) throws(RequestFault) -> [(name: String, field: RunCall.Field)] {
        guard let members = try? field.value.members() else {
            throw RequestFault("Must be an object.", param: field.name)
        }
        return try distinct(members.filter { !$0.value.isNull }, within: field.name).map { name, member in
            (name, RunCall.Field(name: "\(field.name).\(member.name)", value: member.value))
        }
    }

    /// Refuses a name given in both spellings, of which no provider says which one counts, and one that would pass for a
    /// path.
    private static func distinct(
        _ members: [JSONMember], within parent: String?
    ) throws(RequestFault) -> [(name: String, member: JSONMember)] {
        var names: Set<String> = []
        var distinct: [(String, JSONMember)] = []
        for member in members {
            let name = GeminiName.camel(member.name)
            let place = (parent.map { $0 + "." } ?? "") + member.name
            guard !name.contains(".") else { throw RequestFault("There is no field of this name.", param: place) }
            guard names.insert(name).inserted else { throw RequestFault("The field is given twice.", param: place) }
            distinct.append((name, member))
        }
        return distinct
    }
}
