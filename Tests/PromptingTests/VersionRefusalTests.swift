import JSON
import Testing

@testable import Prompting

@Suite struct VersionRefusalTests {
    static let ok = #""provider":"p","model":"m","messages":[]"#

    @Test(arguments: [
        // The document and its fields.
        ("[]", "", "must be an object"),
        ("{}", "/provider", "required"),
        (#"{"provider":"p"}"#, "/model", "required"),
        (#"{"provider":"p","model":"m"}"#, "/messages", "required"),
        (#"{"provider":"p","model":"m","messages":null}"#, "/messages", "required"),
        (#"{\#(ok),"promt":1}"#, "/promt", "unknown field"),
        (#"{\#(ok),"a/b~c":1}"#, "/a~1b~0c", "unknown field"),
        (#"{\#(ok),"model":"n"}"#, "/model", "stands twice"),
        // Provider and model.
        (#"{"provider":1,"model":"m","messages":[]}"#, "/provider", "must be a string"),
        (#"{"provider":"","model":"m","messages":[]}"#, "/provider", "not a provider's name"),
        (#"{"provider":"p-","model":"m","messages":[]}"#, "/provider", "not a provider's name"),
        (#"{"provider":"-p","model":"m","messages":[]}"#, "/provider", "not a provider's name"),
        (#"{"provider":"OpenAI","model":"m","messages":[]}"#, "/provider", "not a provider's name"),
        (#"{"provider":"p_q","model":"m","messages":[]}"#, "/provider", "not a provider's name"),
        (#"{"provider":"\#(String(repeating: "p", count: 64))","model":"m","messages":[]}"#, "/provider", "1 to 63"),
        (#"{"provider":"p","model":"","messages":[]}"#, "/model", "not a model's name"),
        (#"{"provider":"p","model":"a b","messages":[]}"#, "/model", "not a model's name"),
        (#"{"provider":"p","model":"a\nb","messages":[]}"#, "/model", "not a model's name"),
        (#"{"provider":"p","model":"é","messages":[]}"#, "/model", "not a model's name"),
        (#"{"provider":"p","model":"\#(String(repeating: "m", count: 201))","messages":[]}"#, "/model", "1 to 200"),
        // Parameters.
        (#"{\#(ok),"parameters":[]}"#, "/parameters", "must be an object"),
        (#"{\#(ok),"parameters":{"model":1}}"#, "/parameters/model", "not a parameter"),
        (#"{\#(ok),"parameters":{"messages":[]}}"#, "/parameters/messages", "not a parameter"),
        (#"{\#(ok),"parameters":{"input":{}}}"#, "/parameters/input", "not a parameter"),
        (#"{\#(ok),"parameters":{"stream":true}}"#, "/parameters/stream", "not a parameter"),
        (#"{\#(ok),"parameters":{"stream_options":{}}}"#, "/parameters/stream_options", "not a parameter"),
        (#"{\#(ok),"parameters":{"max_tokens":1}}"#, "/parameters/max_tokens", "max_output_tokens"),
        (
            #"{\#(ok),"parameters":{"max_completion_tokens":1}}"#, "/parameters/max_completion_tokens",
            "max_output_tokens"
        ),
        (#"{\#(ok),"parameters":{"n":2}}"#, "/parameters/n", "not a parameter"),
        (#"{\#(ok),"parameters":{"tools":[]}}"#, "/parameters/tools", "a field of their own"),
        (#"{\#(ok),"parameters":{"a":1,"a":2}}"#, "/parameters/a", "stands twice"),
        (#"{\#(ok),"parameters":{"a":[{"b":1,"b":2}]}}"#, "/parameters/a", "an object names a member twice"),
        (#"{\#(ok),"parameters":{"":1}}"#, "/parameters/", "not a parameter's name"),
        (#"{\#(ok),"parameters":{"a b":1}}"#, "/parameters/a b", "not a parameter's name"),
        (#"{\#(ok),"overridable":"a"}"#, "/overridable", "must be an array"),
        (#"{\#(ok),"overridable":["a",1]}"#, "/overridable/1", "not a parameter's name"),
        (#"{\#(ok),"overridable":[""]}"#, "/overridable/0", "not a parameter's name"),
        (#"{\#(ok),"tools":{}}"#, "/tools", "must be an array"),
        (#"{\#(ok),"tools":[{},"x"]}"#, "/tools/1", "must be an object"),
        (#"{\#(ok),"tools":[{"a":1,"a":1}]}"#, "/tools", "an object names a member twice"),
        // Limits, flags, schema.
        (#"{\#(ok),"max_output_tokens":0}"#, "/max_output_tokens", "from 1 to 10000000"),
        (#"{\#(ok),"max_output_tokens":10000001}"#, "/max_output_tokens", "from 1 to 10000000"),
        (#"{\#(ok),"max_output_tokens":1.0}"#, "/max_output_tokens", "must be an integer"),
        (#"{\#(ok),"max_output_tokens":"9"}"#, "/max_output_tokens", "must be an integer"),
        (#"{\#(ok),"strict_model":1}"#, "/strict_model", "must be true or false"),
        (#"{\#(ok),"template":"strict"}"#, "/template", "must be an object"),
        (#"{\#(ok),"template":{"autoescape":true}}"#, "/template/autoescape", "unknown field"),
        (#"{\#(ok),"template":{"undefined":"maybe"}}"#, "/template/undefined", "strict or lenient"),
        (#"{\#(ok),"template":{"trim_blocks":1}}"#, "/template/trim_blocks", "must be true or false"),
        (#"{\#(ok),"on_invalid_output":"ignore"}"#, "/on_invalid_output", "mark, retry, error"),
        (#"{\#(ok),"on_invalid_output":"retry"}"#, "/on_invalid_output", "asks for no output"),
        (
            #"{\#(ok),"on_invalid_output":"error","schema":{"number":1,"input":{}}}"#, "/on_invalid_output",
            "asks for no output"
        ),
        (#"{\#(ok),"schema":3}"#, "/schema", "must be an object"),
        (#"{\#(ok),"schema":{}}"#, "/schema/number", "required"),
        (#"{\#(ok),"schema":{"number":0}}"#, "/schema/number", "must be an integer"),
        (#"{\#(ok),"schema":{"number":1,"input":"x"}}"#, "/schema/input", "not a JSON Schema"),
        (#"{\#(ok),"schema":{"number":1,"name":"x"}}"#, "/schema/name", "unknown field"),
    ])
    func refusesDocument(document: String, pointer: String, message: String) {
        expect(document, pointer, message)
    }

    @Test(arguments: [
        (#"{}"#, "/messages", "must be an array"),
        (#"["hi"]"#, "/messages/0", "must be an object"),
        (#"[{"role":"user"}]"#, "/messages/0/content", "required"),
        (#"[{"content":"a"}]"#, "/messages/0/role", "required"),
        (#"[{"role":"tool","content":"a"}]"#, "/messages/0/role", "system, developer, user, assistant"),
        (#"[{"role":"User","content":"a"}]"#, "/messages/0/role", "not a role"),
        (#"[{"role":"user","content":[]}]"#, "/messages/0/content", "must have a part"),
        (#"[{"role":"user","content":{}}]"#, "/messages/0/content", "must be a string or an array of parts"),
        (#"[{"role":"user","content":["a"]}]"#, "/messages/0/content/0", "must be an object"),
        (#"[{"role":"user","content":[{}]}]"#, "/messages/0/content/0/type", "required"),
        (
            #"[{"role":"user","content":[{"type":"video"}]}]"#, "/messages/0/content/0/type",
            "text, image_url, file, input_audio"
        ),
        (#"[{"role":"user","content":[{"type":"text"}]}]"#, "/messages/0/content/0/text", "required"),
        (
            #"[{"role":"user","content":[{"type":"text","text":"a","x":1}]}]"#, "/messages/0/content/0/x",
            "unknown field"
        ),
        (
            #"[{"role":"user","content":[{"type":"image_url","image_url":"https://x"}]}]"#,
            "/messages/0/content/0/image_url", "must be an object"
        ),
        (
            #"[{"role":"user","content":[{"type":"image_url","image_url":{"detail":"low"}}]}]"#,
            "/messages/0/content/0/image_url/url", "required"
        ),
        (
            #"[{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf"}}]}]"#,
            "/messages/0/content/0/file", "needs file_data or file_id"
        ),
        (
            #"[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"a"}}]}]"#,
            "/messages/0/content/0/input_audio/format", "required"
        ),
        (#"[{"messages":"{{ a }}","role":"user"}]"#, "/messages/0/role", "unknown field"),
        (#"[{"messages":[]}]"#, "/messages/0/messages", "must be a string"),
        (#"[{"messages":"so: {{ a }}"}]"#, "/messages/0/messages", "one {{ expression }}"),
        (#"[{"messages":"history"}]"#, "/messages/0/messages", "one {{ expression }}"),
        (
            #"[{"role":"user","content":"a"},{"role":"user","content":"a","name":"x"}]"#, "/messages/1/name",
            "unknown field"
        ),
    ])
    func refusesMessages(messages: String, pointer: String, message: String) {
        expect(#"{"provider":"p","model":"m","messages":\#(messages)}"#, pointer, message)
    }

    @Test func leadsIntoTheTemplate() {
        let document = #"""
            {"provider":"p","model":"m","messages":[{"role":"system","content":"ok"},
             {"role":"user","content":"one\n  {{ a | uper }}"}]}
            """#
        let fault = expect(document, "/messages/1/content", "there is no filter uper")
        #expect(fault?.line == 2)
        #expect(fault?.column == 10)
    }

    @Test func boundsTheNumberOfMessages() throws {
        func document(_ count: Int) -> String {
            let messages = Array(repeating: #"{"role":"user","content":"a"}"#, count: count).joined(separator: ",")
            return #"{"provider":"p","model":"m","messages":[\#(messages)]}"#
        }
        #expect(try VersionDocument(JSONDocument(document(1_000))).messages.count == 1_000)
        expect(document(1_001), "/messages", "at most 1000 messages")
    }

    @Test func boundsTheSize() throws {
        func document(bytes: Int) -> String {
            let frame = #"{"messages":[],"model":"m","parameters":{"a":""},"provider":"p"}"#
            let text = String(repeating: "a", count: bytes - frame.utf8.count)
            return #"{"messages":[],"model":"m","parameters":{"a":"\#(text)"},"provider":"p"}"#
        }
        #expect(try VersionDocument.canonical(from: JSONDocument(document(bytes: 4 << 20))).count == 4 << 20)
        expect(document(bytes: 4 << 20 + 1), "", "at most 4194304 bytes")
    }

    /// Names are of any length; a fault is not.
    @Test func cutsLongNames() {
        let name = String(repeating: "x", count: 5_000)
        expect(#"{\#(Self.ok),"\#(name)":1}"#, "/" + String(repeating: "x", count: 100), "unknown field")
    }

    @discardableResult
    private func expect(
        _ document: String, _ pointer: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) -> VersionFault? {
        do {
            _ = try VersionDocument.canonical(from: JSONDocument(document))
            Issue.record("accepted", sourceLocation: sourceLocation)
        } catch let fault as VersionFault {
            #expect(fault.pointer == pointer, sourceLocation: sourceLocation)
            #expect(fault.message.contains(message), sourceLocation: sourceLocation)
            return fault
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
        return nil
    }
}
