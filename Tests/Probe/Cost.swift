import Admin
import Domain
import JSON

/// What prices come to: a request is `{"price":{…},"usage":{…}}`, a row as price lists and imports have them, and
/// counters by their names; the answer `{"cost":N,"bound":N}`, nano-credits.
func answerCost(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    guard let row = request.member("price"), let counters = request.member("usage") else {
        throw NoRequest("expects price and usage")
    }
    let fields = try Fields(row)
    guard case .price(let price, _) = try NewPrice(fields).terms else { throw NoRequest("expects rates") }
    var usage = Usage()
    for member in try counters.members() {
        guard let counter = Usage.Counter.allCases.first(where: { $0.name == member.name }),
            let count = member.value.int
        else { throw NoRequest("no counter: \(member.name)") }
        usage[counter] = count
    }
    answer.beginObject()
    answer.key("cost")
    answer.int(price.cost(of: usage).rawValue)
    answer.key("bound")
    answer.int(
        price.bound(
            inputTokens: usage.inputTotal, outputTokens: usage.outputTotal, images: usage.images,
            toolCalls: usage.toolCalls
        ).rawValue)
    answer.endObject()
}
