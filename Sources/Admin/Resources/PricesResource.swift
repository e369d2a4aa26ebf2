import Domain
import JSON
import Storage

enum PricesResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.prices(try call.page())) { $0.price($1) }
    }
}

extension JSONWriter {
    fileprivate mutating func price(_ model: ModelPrice) {
        member("provider", model.provider)
        member("model", model.model)
        rates(model.record.price.rates)
        if let longPrompt = model.record.price.longPrompt {
            member("long_prompt") { object in
                object.member("above", longPrompt.above)
                object.rates(longPrompt.rates)
            }
        }
        member("max_output_tokens", model.record.maximumOutputTokens)
        // Eight digits, 20261121: a date as it stands.
        let date = String(model.record.listDate)
        member("list_date", "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.dropFirst(6))")
    }

    private mutating func rates(_ rates: Price.Rates) {
        member("input", rates.input)
        member("cache_read", rates.cacheRead)
        member("cache_write", rates.cacheWrite)
        member("output", rates.output)
        member("reasoning", rates.reasoning)
    }
}
