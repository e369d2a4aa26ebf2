import JSON
import Testing

@testable import Prompting

@Suite struct VersionDocumentTests {
    /// Stored versions are found by the hash of these bytes: where this test fails, every one of them is lost.
    @Test(arguments: [
        (
            #"{"provider":"openai","model":"gpt-4.1-mini","messages":[]}"#,
            #"{"messages":[],"model":"gpt-4.1-mini","provider":"openai"}"#
        ),
        (
            #"""
            { "provider" : "simulated", "model": "sim-1",
              "messages": [ {"role":"system","content":"Be brief.\n\tSay \"hi\" to {{ customer.name }} \u00e9 \u0001 \/"},
                            {"content":"{{ q }}","role":"user"} ],
              "parameters": { "top_p": 0.50, "temperature": 1e0, "stop": [ "a" , "b" ],
                              "response_format": { "type":"json_schema", "json_schema": { "z":null, "a":{"b":[ ]} } } },
              "overridable": ["top_p", "seed", "temperature", "seed"],
              "tools": [ { "type":"function", "function": {"name":"f", "parameters": {} } } ],
              "max_output_tokens": 256, "strict_model": true,
              "schema": { "output": {"type":"string"}, "input": {"type":"object","properties":{"q":{}}}, "number": 3 } }
            """#,
            #"{"max_output_tokens":256,"messages":[{"content":"Be brief.\n\tSay \"hi\" to {{ customer.name }} é \u0001 /","#
                + #""role":"system"},{"content":"{{ q }}","role":"user"}],"model":"sim-1","#
                + #""overridable":["seed","temperature","top_p"],"parameters":{"response_format":{"type":"json_schema","#
                + #""json_schema":{"z":null,"a":{"b":[]}}},"stop":["a","b"],"temperature":1e0,"top_p":0.50},"#
                + #""provider":"simulated","schema":{"input":{"type":"object","properties":{"q":{}}},"number":3,"#
                + #""output":{"type":"string"}},"strict_model":true,"#
                + #""tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}"#
        ),
    ])
    func hasOneStableForm(document: String, canonical: String) throws {
        #expect(try Self.canonical(document) == canonical)
        #expect(try Self.canonical(canonical) == canonical)
    }

    @Test(arguments: [
        #"{"messages":[{"content":"é{{ a }}","role":"user"}],"model":"m","provider":"p"}"#,
        #"{ "provider":"p",  "model":"m","messages":[ {"role":"user","content":"\u00e9{{ a }}"} ] }"#,
        #"{"provider":"p","model":"\u006d","messages":[{"role":"user","content":"é{{ a }}"}],"parameters":{}}"#,
        #"{"provider":"p","model":"m","messages":[{"role":"user","content":"é{{ a }}"}],"overridable":[],"tools":[]}"#,
        #"{"provider":"p","model":"m","messages":[{"role":"user","content":"é{{ a }}"}],"strict_model":false}"#,
        #"""
        {"provider":"p","model":"m","messages":[{"role":"user","content":"é{{ a }}"}],"parameters":null,
         "overridable":null,"tools":null,"max_output_tokens":null,"strict_model":null,"schema":null}
        """#,
    ])
    func saysTheSameInOneWay(document: String) throws {
        #expect(
            try Self.canonical(document)
                == #"{"messages":[{"content":"é{{ a }}","role":"user"}],"model":"m","provider":"p"}"#)
    }

    @Test(arguments: [
        // Options that say what would hold anyway.
        (
            #""messages":[],"template":{"undefined":"strict","trim_blocks":false,"keep_trailing_newline":null}"#,
            #"{"messages":[],"model":"m","provider":"p"}"#
        ),
        (#""messages":[],"on_invalid_output":"mark","template":null"#, #"{"messages":[],"model":"m","provider":"p"}"#),
        (
            #""messages":[],"template":{"undefined":"lenient","trim_blocks":true,"lstrip_blocks":true,"#
                + #""keep_trailing_newline":true}"#,
            #"{"messages":[],"model":"m","provider":"p","template":{"keep_trailing_newline":true,"#
                + #""lstrip_blocks":true,"trim_blocks":true,"undefined":"lenient"}}"#
        ),
        (
            #""messages":[],"on_invalid_output":"retry","schema":{"number":1,"output":{"type":"object"}}"#,
            #"{"messages":[],"model":"m","on_invalid_output":"retry","provider":"p","#
                + #""schema":{"number":1,"output":{"type":"object"}}}"#
        ),
        (#""messages":[{"messages":"{{ a }}"}]"#, #"{"messages":[{"messages":"{{ a }}"}],"model":"m","provider":"p"}"#),
        (
            #""messages":[{"role":"user","content":[{"text":"é","type":"text"},{"type":"image_url","#
                + #""image_url":{"url":"{{ u }}","detail":"low"}},{"type":"file","file":{"filename":"f","#
                + #""file_id":null,"file_data":"{{ d }}"}},{"type":"input_audio","input_audio":{"format":"wav","#
                + #""data":"{{ d }}"}}]}]"#,
            #"{"messages":[{"content":[{"text":"é","type":"text"},{"image_url":{"detail":"low","url":"{{ u }}"},"#
                + #""type":"image_url"},{"file":{"file_data":"{{ d }}","filename":"f"},"type":"file"},"#
                + #"{"input_audio":{"data":"{{ d }}","format":"wav"},"type":"input_audio"}],"role":"user"}],"#
                + #""model":"m","provider":"p"}"#
        ),
    ])
    func writesPartsAndOptionsInOneWay(fields: String, canonical: String) throws {
        #expect(try Self.canonical(#"{"provider":"p","model":"m",\#(fields)}"#) == canonical)
        #expect(try Self.canonical(canonical) == canonical)
    }

    @Test func tellsDifferentVersionsApart() throws {
        let base = #""provider":"p","model":"m","messages":[{"role":"user","content":"a"}]"#
        let documents = [
            "{\(base)}",
            #"{"provider":"q","model":"m","messages":[{"role":"user","content":"a"}]}"#,
            #"{"provider":"p","model":"n","messages":[{"role":"user","content":"a"}]}"#,
            #"{"provider":"p","model":"m","messages":[{"role":"user","content":"a\n"}]}"#,
            #"{"provider":"p","model":"m","messages":[{"role":"system","content":"a"}]}"#,
            #"{\#(base),"parameters":{"x":1}}"#,
            #"{\#(base),"parameters":{"x":1.0}}"#,
            #"{\#(base),"parameters":{"x":null}}"#,
            #"{\#(base),"overridable":["x"]}"#,
            #"{\#(base),"tools":[{}]}"#,
            #"{\#(base),"max_output_tokens":1}"#,
            #"{\#(base),"strict_model":true}"#,
            #"{\#(base),"template":{"undefined":"lenient"}}"#,
            #"{\#(base),"template":{"trim_blocks":true}}"#,
            #"{\#(base),"template":{"lstrip_blocks":true,"trim_blocks":true}}"#,
            #"{\#(base),"on_invalid_output":"retry","schema":{"number":1,"output":{}}}"#,
            #"{\#(base),"schema":{"number":1}}"#,
            #"{\#(base),"schema":{"number":1,"input":{}}}"#,
            #"{\#(base),"schema":{"number":1,"output":{}}}"#,
        ]
        #expect(Set(try documents.map(Self.canonical)).count == documents.count)
    }

    static func canonical(_ document: String) throws -> String {
        String(decoding: try VersionDocument.canonical(from: JSONDocument(document)), as: UTF8.self)
    }
}
