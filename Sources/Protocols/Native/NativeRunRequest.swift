import JSON

/// The body of `POST /v1/run`: `{"input":{…},"messages":[…]?,"schema":1?,"stream":bool?,"metadata":{…}?}`;
/// other fields are refused.
package struct NativeRunRequest: Sendable {
    package let call: RunCall

    package init(_ document: JSONDocument) throws(RequestFault) {
        var call = RunCall()
        for field in try RunCall.fields(document) {
            switch field.name {
            case "input": call.input = try RunCall.object(field)
            case "messages": call.messages = try RunCall.messages(field)
            case "schema": call.schema = try RunCall.integer(field, in: 1...Int64(UInt32.max))
            case "stream": call.stream = try RunCall.bool(field)
            case "metadata": call.metadata = try RunCall.object(field)
            case _: throw RequestFault("The field is unknown.", param: field.name)
            }
        }
        self.call = call
    }
}
