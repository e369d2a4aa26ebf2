import Domain
import JSON
import Testing

@testable import Protocols

/// A streamed answer of OpenAI's Responses, the same whole, and what both come to.
struct ResponsesGolden: Sendable, CustomTestStringConvertible {
    let name: String
    /// Payloads, one a line.
    let events: String
    /// Nil where no whole answer says the same.
    var whole: String?
    let items: [String]
    var finish: FinishReason? = .stop
    var usage: Usage?
    /// What is wrong, by `ProviderFailure`.
    var failure: ProviderFailure.Kind?
    var isDone = true

    var testDescription: String { name }

    /// As on the wire.
    var stream: String {
        events.split(separator: "\n").map { line in
            let type = (try? JSONDocument(Array(line.utf8)).root.member("type")?.string) ?? nil
            return (type.map { "event: \($0)\n" } ?? "") + "data: \(line)\n\n"
        }
        .joined()
    }

    static let all = [
        text, calls, custom, structured, reasoning, thoughts, refusal, cited, cut, incomplete, filtered, failed, flat,
        nested, lateParts, onlyTheEnd, hosted,
    ]

    private static func response(_ status: String, _ output: String, _ rest: String = #""usage":null"#) -> String {
        #"{"id":"resp_1","object":"response","created_at":1,"status":"\#(status)","model":"gpt-x","#
            + #""output":[\#(output)],"parallel_tool_calls":true,"tool_choice":"auto","tools":[],\#(rest)}"#
    }

    private static let begun =
        #"{"type":"response.created","response":\#(response("in_progress", ""))"# + "}\n"
        + #"{"type":"response.in_progress","response":\#(response("in_progress", ""))}"# + "\n"

    static let usageJSON =
        #""usage":{"input_tokens":20,"input_tokens_details":{"cached_tokens":12,"cache_write_tokens":3},"#
        + #""output_tokens":9,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":29}"#
    static let used = Usage(uncachedInput: 5, cacheRead: 12, cacheWrite: 3, output: 5, reasoning: 4)

    private static func completed(_ output: String) -> String {
        #"{"type":"response.completed","response":\#(response("completed", output, usageJSON))}"#
    }

    private static let message =
        #"{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hé \"you\"","annotations":[],"logprobs":[]}]}"#

    static let text = ResponsesGolden(
        name: "text",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]},"sequence_number":2}
            {"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"H\u00e9 ","logprobs":[],"obfuscation":"x8"}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"\"you\"","logprobs":[]}
            {"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"Hé \"you\"","logprobs":[]}
            {"type":"response.content_part.done","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hé \"you\"","annotations":[],"logprobs":[]}}
            {"type":"response.output_item.done","output_index":0,"item":\#(message)}

            """# + completed(message),
        whole: response("completed", message, usageJSON), items: [#"text: Hé "you""#], usage: used)

    private static let call0 =
        #"{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_a","name":"f","arguments":"{\"x\":1}"}"#
    private static let call1 =
        #"{"id":"fc_2","type":"function_call","status":"completed","call_id":"call_b","name":"g","arguments":""}"#

    static let calls = ResponsesGolden(
        name: "parallel calls",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","status":"in_progress","call_id":"call_a","name":"f","arguments":""}}
            {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\"x\""}
            {"type":"response.output_item.added","output_index":1,"item":{"id":"fc_2","type":"function_call","status":"in_progress","call_id":"call_b","name":"g","arguments":""}}
            {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":":1}"}
            {"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":0,"name":"f","arguments":"{\"x\":1}"}
            {"type":"response.output_item.done","output_index":0,"item":\#(call0)}
            {"type":"response.function_call_arguments.done","item_id":"fc_2","output_index":1,"name":"g","arguments":""}
            {"type":"response.output_item.done","output_index":1,"item":\#(call1)}

            """# + completed("\(call0),\(call1)"),
        whole: response("completed", "\(call0),\(call1)", usageJSON),
        items: [#"call: call_a f {"x":1}"#, "call: call_b g "], finish: .toolCalls, usage: used)

    private static let customCall =
        #"{"id":"ctc_1","type":"custom_tool_call","status":"completed","call_id":"call_c","name":"sh","input":"ls \"-l\""}"#

    static let custom = ResponsesGolden(
        name: "custom tool",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"ctc_1","type":"custom_tool_call","status":"in_progress","call_id":"call_c","name":"sh","input":""}}
            {"type":"response.custom_tool_call_input.delta","item_id":"ctc_1","output_index":0,"delta":"ls "}
            {"type":"response.custom_tool_call_input.delta","item_id":"ctc_1","output_index":0,"delta":"\"-l\""}
            {"type":"response.custom_tool_call_input.done","item_id":"ctc_1","output_index":0,"input":"ls \"-l\""}
            {"type":"response.output_item.done","output_index":0,"item":\#(customCall)}

            """# + completed(customCall),
        whole: response("completed", customCall, usageJSON), items: [#"custom: call_c sh ls "-l""#], finish: .toolCalls,
        usage: used)

    private static let jsonMessage =
        #"{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"{\"a\":[1,2]}","annotations":[]}]}"#

    static let structured = ResponsesGolden(
        name: "structured output",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}
            {"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"{\"a\":"}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"[1,2]}"}
            {"type":"response.output_item.done","output_index":0,"item":\#(jsonMessage)}

            """# + completed(jsonMessage),
        whole: response("completed", jsonMessage, usageJSON), items: [#"text: {"a":[1,2]}"#], usage: used)

    private static let thought =
        #"{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"I think."},{"type":"summary_text","text":"More."}],"encrypted_content":"gAAA=="}"#
    private static let hidden = #"{"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":"gBBB"}"#

    static let reasoning = ResponsesGolden(
        name: "reasoning",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}
            {"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}
            {"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"I "}
            {"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"think."}
            {"type":"response.reasoning_summary_text.done","item_id":"rs_1","output_index":0,"summary_index":0,"text":"I think."}
            {"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":1,"delta":"More."}
            {"type":"response.output_item.done","output_index":0,"item":\#(thought)}
            {"type":"response.output_item.added","output_index":1,"item":{"id":"rs_2","type":"reasoning","summary":[]}}
            {"type":"response.output_item.done","output_index":1,"item":\#(hidden)}
            {"type":"response.output_item.added","output_index":2,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":2,"content_index":0,"delta":"Hé \"you\""}
            {"type":"response.output_item.done","output_index":2,"item":\#(message)}

            """# + completed("\(thought),\(hidden),\(message)"),
        whole: response("completed", "\(thought),\(hidden),\(message)", usageJSON),
        items: ["reasoning: I think.\n\nMore. <rs_1.gAAA==>", "hidden: rs_2.gBBB", #"text: Hé "you""#], usage: used)

    private static let open =
        #"{"id":"rs_1","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]}"#

    /// Open models show the thoughts themselves, some with a summary that says the same.
    static let thoughts = ResponsesGolden(
        name: "thoughts in the open",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}
            {"type":"response.reasoning_text.delta","item_id":"rs_1","output_index":0,"content_index":0,"delta":"hm"}
            {"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"hm"}
            {"type":"response.reasoning_text.done","item_id":"rs_1","output_index":0,"content_index":0,"text":"hm"}
            {"type":"response.output_item.done","output_index":0,"item":\#(open)}

            """# + completed(open),
        whole: response("completed", open, usageJSON), items: ["reasoning: hm"], usage: used)

    private static let refused =
        #"{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"refusal","refusal":"I will not."}]}"#

    static let refusal = ResponsesGolden(
        name: "refusal",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}
            {"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"refusal","refusal":""}}
            {"type":"response.refusal.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"I will "}
            {"type":"response.refusal.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"not."}
            {"type":"response.refusal.done","item_id":"msg_1","output_index":0,"content_index":0,"refusal":"I will not."}
            {"type":"response.output_item.done","output_index":0,"item":\#(refused)}

            """# + completed(refused),
        whole: response("completed", refused, usageJSON), items: ["refusal: I will not."], usage: used)

    private static let sourced =
        #"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"ab","annotations":[{"type":"url_citation","url":"https://a","title":"A","start_index":0,"end_index":2},{"type":"file_citation","file_id":"f","filename":"b.txt","index":1},{"type":"file_path","file_id":"f","index":1}]}]}"#

    static let cited = ResponsesGolden(
        name: "citations",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"ab"}
            {"type":"response.output_text.annotation.added","item_id":"msg_1","output_index":0,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"https://a","title":"A","start_index":0,"end_index":2}}
            {"type":"response.output_item.done","output_index":0,"item":\#(sourced)}

            """# + completed(sourced),
        whole: response("completed", sourced, usageJSON),
        items: ["text: ab [https://a A 0-2] [- b.txt -]"], usage: used)

    /// The connection breaks before the end.
    static let cut = ResponsesGolden(
        name: "cut",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hé"}
            """#,
        items: ["text: Hé"], finish: nil, isDone: false)

    private static let half =
        #"{"id":"msg_1","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"Hé","annotations":[]}]}"#

    static let incomplete = ResponsesGolden(
        name: "length",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hé"}
            {"type":"response.output_item.done","output_index":0,"item":\#(half)}
            {"type":"response.incomplete","response":\#(response("incomplete", half, #""incomplete_details":{"reason":"max_output_tokens"},"# + usageJSON))}
            """#,
        whole: response("incomplete", half, #""incomplete_details":{"reason":"max_output_tokens"},"# + usageJSON),
        items: ["text: Hé"], finish: .length, usage: used)

    static let filtered = ResponsesGolden(
        name: "filtered",
        events: begun
            + #"{"type":"response.incomplete","response":\#(response("incomplete", "", #""incomplete_details":{"reason":"content_filter"},"# + usageJSON))}"#,
        whole: response("incomplete", "", #""incomplete_details":{"reason":"content_filter"},"# + usageJSON), items: [],
        finish: .contentFilter, usage: used)

    private static let tooFast = #""error":{"code":"rate_limit_exceeded","message":"Slow down"},"usage":null"#

    static let failed = ResponsesGolden(
        name: "failed", events: begun + #"{"type":"response.failed","response":\#(response("failed", "", tooFast))}"#,
        whole: response("failed", "", tooFast), items: [], finish: .failed("rate_limit_exceeded"),
        failure: .rateLimited)

    /// As it is documented.
    static let flat = ResponsesGolden(
        name: "flat error before anything",
        events:
            #"{"type":"error","code":"context_length_exceeded","message":"Too long","param":"input","sequence_number":0}"#,
        items: [], finish: nil, failure: .contextTooLong, isDone: false)

    /// As it was recorded.
    static let nested = ResponsesGolden(
        name: "nested error behind text",
        events: begun
            + #"""
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hé"}
            {"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"No money","param":null},"sequence_number":4}
            {"type":"response.failed","response":\#(response("failed", "", #""error":{"code":"insufficient_quota","message":"No money"}"#))}
            """#,
        items: ["text: Hé"], finish: .failed("insufficient_quota"), failure: .quota)

    /// Without pieces, and without types but in the events' names.
    static let lateParts = ResponsesGolden(
        name: "items without pieces",
        events: #"""
            {"type":"response.output_item.done","output_index":0,"item":\#(thought)}
            {"type":"response.output_item.done","output_index":1,"item":\#(call0)}
            {"type":"response.output_item.done","output_index":2,"item":\#(message)}

            """# + completed("\(thought),\(call0),\(message)"),
        whole: response("completed", "\(thought),\(call0),\(message)", usageJSON),
        items: [
            "reasoning: I think.\n\nMore. <rs_1.gAAA==>", #"call: call_a f {"x":1}"#, #"text: Hé "you""#,
        ], finish: .toolCalls, usage: used)

    static let onlyTheEnd = ResponsesGolden(
        name: "only the end", events: begun + completed("\(call0),\(message)"),
        whole: response("completed", "\(call0),\(message)", usageJSON),
        items: [#"call: call_a f {"x":1}"#, #"text: Hé "you""#], finish: .toolCalls, usage: used)

    private static let searched =
        #"{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"q"}}"#
    private static var usedSearch: Usage {
        var usage = used
        usage.toolCalls = 1
        return usage
    }

    static let hosted = ResponsesGolden(
        name: "a search of the provider's",
        events: begun
            + #"""
            {"type":"response.output_item.added","output_index":0,"item":{"id":"ws_1","type":"web_search_call","status":"in_progress"}}
            {"type":"response.web_search_call.searching","output_index":0,"item_id":"ws_1"}
            {"type":"response.output_item.done","output_index":0,"item":\#(searched)}
            {"type":"response.output_item.added","output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}
            {"type":"response.output_item.done","output_index":1,"item":\#(message)}

            """# + completed("\(searched),\(message)"),
        whole: response("completed", "\(searched),\(message)", usageJSON), items: [#"text: Hé "you""#],
        usage: usedSearch)
}
