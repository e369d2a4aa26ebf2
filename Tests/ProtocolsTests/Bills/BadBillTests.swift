import Domain
import Protocols
import Testing

/// What is no export is refused, with the place and what was expected there, and nothing of the file.
@Suite struct BadBillTests {
    static let rows: [(format: BillFormat, file: String, line: Int, pointer: String?, word: String)] = [
        (.openai, "", 1, nil, "empty"), (.generic, " \r\n\t", 1, nil, "empty"),
        (.anthropic, "date,cost\n", 1, nil, "JSON"),
        (.openai, "{", 1, nil, "malformed"), (.openai, "{\"data\":[]}\n{\"data\":[}", 2, nil, "malformed"),
        (.openai, "{\"data\":[]} x", 1, nil, "object"), (.openai, "[1]", 1, "/0", "object"),
        (.openai, "{}", 1, "", "results"), (.openai, #"{"error":{"message":"no"}}"#, 1, "", "results"),
        (.openai, #"{"data":{}}"#, 1, "/data", "array"),
        (.openai, #"{"data":[{"results":[]}]}"#, 1, "/data/0", "start_time"),
        (.openai, #"{"results":[],"start_time":"yesterday"}"#, 1, "/start_time", "decimal"),
        (.openai, #"{"results":[],"start_time":1.5}"#, 1, "/start_time", "seconds"),
        (.openai, #"{"results":[],"start_time":253402300800}"#, 1, "/start_time", "seconds"),
        (.openai, #"{"results":[],"start_time":0,"end_time":86401}"#, 1, "", "one day"),
        (.openai, #"{"results":[{}],"start_time":0}"#, 1, "/results/0", "input_tokens"),
        (.openai, #"{"results":[{"images":3}],"start_time":0}"#, 1, "/results/0", "input_tokens"),
        (.openai, #"{"results":[{"input_tokens":-1}],"start_time":0}"#, 1, "/results/0/input_tokens", "count"),
        (.openai, #"{"results":[{"input_tokens":1.5}],"start_time":0}"#, 1, "/results/0/input_tokens", "count"),
        (
            .openai, #"{"results":[{"input_tokens":9007199254740993}],"start_time":0}"#, 1, "/results/0/input_tokens",
            "count"
        ),
        (.openai, #"{"results":[{"input_tokens":true}],"start_time":0}"#, 1, "/results/0/input_tokens", "decimal"),
        (.openai, #"{"results":[{"input_tokens":1,"model":7}],"start_time":0}"#, 1, "/results/0/model", "string"),
        (.openai, #"{"results":[{"amount":5}],"start_time":0}"#, 1, "/results/0/amount", "object"),
        (
            .openai, #"{"results":[{"amount":{"value":1,"currency":"eur"}}],"start_time":0}"#, 1,
            "/results/0/amount/currency", "usd"
        ),
        (.openai, #"{"results":[{"amount":{"value":1}}],"start_time":0}"#, 1, "/results/0/amount", "usd"),
        (.openai, #"{"results":[{"amount":{"currency":"usd"}}],"start_time":0}"#, 1, "/results/0/amount", "value"),
        (
            .openai, #"{"results":[{"amount":{"value":"1,5","currency":"usd"}}],"start_time":0}"#, 1,
            "/results/0/amount/value", "decimal"
        ),
        (
            .openai, #"{"results":[{"amount":{"value":1e10,"currency":"usd"}}],"start_time":0}"#, 1,
            "/results/0/amount/value", "large"
        ),
        (.openai, "model,input_tokens\n", 1, nil, "start_time"),
        (.openai, "start_time,model\n", 1, nil, "input_tokens"),
        (.openai, "start_time,input_tokens\n0,1\nx,1\n", 3, nil, "start_time"),
        (.openai, "start_time,end_time,input_tokens\n0,86401,1\n", 2, nil, "end_time"),
        (.openai, "start_time,amount_value,amount_currency\n0,1,gbp\n", 2, nil, "usd"),
        (.openai, "start_time,amount_value\n0,1\n", 2, nil, "usd"),
        (.openai, "start_time,input_tokens\n0,1.5\n", 2, nil, "input_tokens"),
        (.anthropic, #"{"data":[{"results":[]}]}"#, 1, "/data/0", "starting_at"),
        (.anthropic, #"{"starting_at":"2026-11-01","results":[]}"#, 1, "/starting_at", "RFC 3339"),
        (
            .anthropic, #"{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-08T00:00:00Z","results":[]}"#, 1,
            "", "one day"
        ),
        (.anthropic, #"{"starting_at":"2026-11-01T00:00:00Z"}"#, 1, "", "results"),
        (
            .anthropic, #"{"starting_at":"2026-11-01T00:00:00Z","results":[{"input_tokens":1}]}"#, 1, "/results/0",
            "uncached_input_tokens"
        ),
        (.anthropic, #"{"starting_at":"2026-11-01T00:00:00Z","results":[{"amount":"1"}]}"#, 1, "/results/0", "usd"),
        (.anthropic, #"{"starting_at":"2026-11-01T00:00:00Z","group":{"model":"m"}}"#, 1, "", "cost"),
        (.anthropic, #"{"starting_at":"2026-11-01T00:00:00Z","group":7,"cost":{}}"#, 1, "/group", "object"),
        (
            .anthropic,
            #"{"starting_at":"2026-11-01T00:00:00Z","results":[{"uncached_input_tokens":1,"output_tokens":1,"cache_creation":3}]}"#,
            1, "/results/0/cache_creation", "object"
        ),
        (.generic, "model,cost\nm,1\n", 1, nil, "date"), (.generic, "date,cost,colour\n", 1, nil, "no columns but"),
        (.generic, "date,cost,cost\n", 1, nil, "column 3"), (.generic, "date,cost\n2026-11-01\n", 2, nil, "2 cells"),
        (.generic, "date,cost\n2026-11-01,1\n01.11.2026,1\n", 3, nil, "date"),
        (.generic, "date,cost\n2026-11-31,1\n", 2, nil, "date"),
        (.generic, "date,cost\n\"2026-11-01,1\n", 2, nil, "quote"),
        (.generic, "date,model,cost\n2026-11-01,\"a\nb\",$1\n", 2, nil, "cost"),
        (.generic, "date,model,cost\n2026-11-01,\"a\nb\",1\n2026-11-01,m,x\n", 4, nil, "cost"),
        (.generic, "date,input_tokens,cached_input_tokens\n2026-11-01,5,6\n", 2, nil, "input_tokens"),
        (.generic, "date,model\n2026-11-01,\(String(repeating: "m", count: 301))\n", 2, nil, "300 bytes"),
        (.generic, "{\"date\":\"2026-11-01\"}\n{\"date\":20261101}\n", 2, "/date", "2026-11-21"),
        (.generic, #"{"date":"2026-11-01","colour":1}"#, 1, "", "no members but"),
        (.generic, #"{"cost":1}"#, 1, "", "date"),
        (.generic, #"{"date":"2026-11-01","input_tokens":1,"cache_write_tokens":2}"#, 1, "", "input_tokens"),
    ]

    @Test(arguments: rows)
    func refuses(_ format: BillFormat, _ file: String, _ line: Int, _ pointer: String?, _ word: String) throws {
        let fault = try #require(throws: BillFault.self) { _ = try BillFormat.read(Array(file.utf8), as: format) }
        #expect(fault.line == line && fault.pointer == pointer, "\(fault)")
        #expect(fault.message.contains(word), "\(fault.message)")
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        let csv = Array("date,model\n2026-11-01,".utf8) + [0xFF, 0x0A]
        #expect(throws: BillFault(line: 2, "expects UTF-8")) { try BillFormat.read(csv, as: .generic) }
        let json = Array(#"{"date":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(throws: BillFault.self) { try BillFormat.read(json, as: .generic) }
    }
}
