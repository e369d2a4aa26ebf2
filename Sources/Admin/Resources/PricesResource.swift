import JSON
import Storage

enum PricesResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.prices(try call.page())) { $0.price($1) }
    }
}

extension JSONWriter {
    fileprivate mutating func price(_ model: ModelPrice) {
        let price = model.record.price
        member("provider", model.provider)
        member("model", model.model)
        member("input", price.input)
        member("cache_read", price.cacheRead)
        member("cache_write", price.cacheWrite)
        member("output", price.output)
        member("reasoning", price.reasoning)
        member("max_output_tokens", model.record.maximumOutputTokens)
        // Eight digits, 20261121: a date as it stands.
        let date = String(model.record.listDate)
        member("list_date", "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.dropFirst(6))")
    }
}
