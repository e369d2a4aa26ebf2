/// Answers of Anthropic's, streamed and whole, as its API gives them.
enum AnthropicGoldens {
    static let start =
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"cache_creation_input_tokens":5,"cache_read_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":4},"output_tokens":1}}}"#

    static func end(_ reason: String, _ output: Int, _ more: String = "") -> [String] {
        [
            #"{"type":"message_delta","delta":{"stop_reason":"\#(reason)","stop_sequence":null},"usage":{"output_tokens":\#(output)\#(more)}}"#,
            #"{"type":"message_stop"}"#,
        ]
    }

    static func block(_ index: Int, _ start: String, _ deltas: [String]) -> [String] {
        [#"{"type":"content_block_start","index":\#(index),"content_block":\#(start)}"#]
            + deltas.map { #"{"type":"content_block_delta","index":\#(index),"delta":\#($0)}"# }
            + [#"{"type":"content_block_stop","index":\#(index)}"#]
    }

    /// As it is on the wire, with a ping.
    static func stream(_ payloads: [String]) -> [UInt8] {
        var text = "event: ping\ndata: {\"type\": \"ping\"}\n\n"
        for payload in payloads {
            let name = payload.split(separator: "\"")[3 - 1 + 1]
            text += "event: \(name)\ndata: \(payload)\n\n"
        }
        return Array(text.utf8)
    }

    static let text =
        [start]
        + block(
            0, #"{"type":"text","text":""}"#,
            [#"{"type":"text_delta","text":"Hé"}"#, #"{"type":"text_delta","text":"\nllo"}"#])
        + end("end_turn", 4)

    static let tools =
        [start]
        + block(0, #"{"type":"text","text":""}"#, [#"{"type":"text_delta","text":"I look."}"#])
        + block(
            1, #"{"type":"tool_use","id":"toolu_a","name":"f","input":{}}"#,
            [
                #"{"type":"input_json_delta","partial_json":""}"#,
                #"{"type":"input_json_delta","partial_json":"{\"x\""}"#,
                #"{"type":"input_json_delta","partial_json":":1}"}"#,
            ]) + block(2, #"{"type":"tool_use","id":"toolu_b","name":"g","input":{}}"#, []) + end("tool_use", 20)

    static let thinking =
        [start]
        + block(
            0, #"{"type":"thinking","thinking":"","signature":""}"#,
            [
                #"{"type":"thinking_delta","thinking":"I th"}"#, #"{"type":"thinking_delta","thinking":"ink."}"#,
                #"{"type":"signature_delta","signature":"c2ln"}"#,
            ]) + block(1, #"{"type":"redacted_thinking","data":"ZGF0YQ=="}"#, [])
        + block(2, #"{"type":"text","text":""}"#, [#"{"type":"text_delta","text":"So."}"#])
        + end("end_turn", 30, #","output_tokens_details":{"thinking_tokens":25}"#)

    static let refusal =
        [start] + block(0, #"{"type":"text","text":""}"#, [#"{"type":"text_delta","text":"I'd rather"}"#])
        + end("refusal", 3)

    static let all = ["text": text, "tools": tools, "thinking": thinking, "refusal": refusal]
}
