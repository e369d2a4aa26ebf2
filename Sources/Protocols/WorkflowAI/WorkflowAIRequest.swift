import Domain
import JSON

/// The body of WorkflowAI's run route, `POST /v1/{tenant}/agents/{agent}/schemas/{schema}/run`.
///
/// The shapes are those of WorkflowAI's own server (`api/api/routers/run.py` in github.com/WorkflowAI/WorkflowAI:
/// `RunRequest`) and of its Python SDK (`workflowai/core/client/_models.py` in github.com/WorkflowAI/python-sdk), as
/// public in 2025: `task_input` (an object), `version` (an environment, a number, a number in words, a hash, or properties
/// made up for the run), `id` (a UUID by which the client names the run), `stream`, `use_cache`, `metadata`,
/// `private_fields`, and, of old, `labels`. Fields that are not known there are let pass, and here named as ignored.
package struct WorkflowAIRequest: Sendable {
    package let call: RunCall

    /// - Parameters:
    ///   - tenant: a slug of an organization, or `_`.
    ///   - schema: a number.
    package init(
        _ document: JSONDocument, tenant: String, agent: String, schema: String
    ) throws(RequestFault) {
        var call = RunCall()
        var place = RunCall.Place(organization: tenant == "_" ? nil : tenant, agent: agent)
        guard let number = Int64(schema), (1...Int64(UInt32.max)).contains(number) else {
            throw RequestFault("Must be a schema's number.", param: "schema")
        }
        call.schema = number
        for field in try RunCall.fields(document) {
            switch field.name {
            case "task_input": call.input = try RunCall.object(field)
            case "version": try Self.read(version: field.value, &place)
            case "stream": call.stream = try RunCall.bool(field)
            case "metadata": call.metadata = try RunCall.object(field)
            case "id":
                guard let id = field.value.string else { throw RequestFault("Must be a string.", param: "id") }
                call.id = id
            case _: call.ignored.append(field.name)
            }
        }
        guard call.input != nil else { throw RequestFault("The field is required.", param: "task_input") }
        call.place = place
        self.call = call
    }

    /// The client's name for the run, where the body has one that can be read.
    package static func id(in body: [UInt8]) -> String? { (try? JSONDocument(body))?.root.member("id")?.string }

    private static func read(version: JSONValue, _ place: inout RunCall.Place) throws(RequestFault) {
        if let number = version.int {
            place.version = String(number)
        } else if let text = version.string {
            // As WorkflowAI tells them apart: a hash has 32 digits, and `1.2` is a version.
            let isHash = text.utf8.count == 32 && text.allSatisfy(\.isHexDigit)
            if Slug.isValid(text), Int64(text) == nil, !isHash {
                place.environment = Slug.environment(text)
            } else {
                place.version = text
            }
        } else {
            throw RequestFault(
                "Must be an environment's name, or the number of the deployed version.", param: "version")
        }
    }
}
