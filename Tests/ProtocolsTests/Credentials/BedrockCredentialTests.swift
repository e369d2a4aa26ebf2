import Domain
import Testing

@testable import Protocols

@Suite struct BedrockCredentialTests {
    @Test func anAPIKeyStandsAsItIs() throws {
        #expect(try BedrockCredential("ABSKQmVkcm9ja0FQSUtleQ==") == .apiKey("ABSKQmVkcm9ja0FQSUtleQ=="))
    }

    @Test func anAccessKeyIsAnObject() throws {
        let key = AWSAccessKey(id: "AKIDEXAMPLE", secret: "wJalr/+=")
        #expect(
            try BedrockCredential(#" {"access_key_id":"AKIDEXAMPLE","secret_access_key":"wJalr\/+="}"#)
                == .accessKey(key, region: nil))
        let temporary = AWSAccessKey(id: "ASIA_1", secret: "s", sessionToken: "IQoJ//+==")
        let text = """
            {
              "region": "eu-central-1", "session_token": "IQoJ//+==",
              "access_key_id": "ASIA_1", "secret_access_key": "s"
            }

            """
        #expect(try BedrockCredential(text) == .accessKey(temporary, region: "eu-central-1"))
        let nulls = #"{"access_key_id":"A","secret_access_key":"s","session_token":null,"region":null}"#
        #expect(try BedrockCredential(nulls) == .accessKey(AWSAccessKey(id: "A", secret: "s"), region: nil))
    }

    @Test(arguments: [
        ("", nil, "is empty"),
        (" \n", nil, "is empty"),
        ("two words", nil, "expects a Bedrock API key of visible ASCII characters, or a JSON object"),
        ("ABSK\n", nil, "expects a Bedrock API key of visible ASCII characters, or a JSON object"),
        ("schlüssel", nil, "expects a Bedrock API key of visible ASCII characters, or a JSON object"),
        ("{", nil, "expects a JSON object: malformed"),
        (#"{"access_key_id":"A"}"#, "secret_access_key", "is missing"),
        (#"{"secret_access_key":"hidden"}"#, "access_key_id", "is missing"),
        (#"{"access_key_id":"A","secret_access_key":null}"#, "secret_access_key", "is missing"),
        (#"{"access_key_id":7,"secret_access_key":"s"}"#, "access_key_id", "expects a string that is not empty"),
        (#"{"access_key_id":"","secret_access_key":"s"}"#, "access_key_id", "expects a string that is not empty"),
        (
            #"{"access_key_id":"A/hidden","secret_access_key":"s"}"#, "access_key_id",
            "expects at most 128 letters, digits and underscores"
        ),
        (
            #"{"access_key_id":"A","secret_access_key":"hid den"}"#, "secret_access_key",
            "expects visible ASCII characters without white space"
        ),
        (
            #"{"access_key_id":"A","secret_access_key":"s","session_token":"hid\nden"}"#, "session_token",
            "expects visible ASCII characters without white space"
        ),
        (
            #"{"access_key_id":"A","secret_access_key":"s","region":"evil.example/"}"#, "region",
            "expects a region's name, as us-east-1"
        ),
        (
            #"{"access_key_id":"A","secret_access_key":"s","region":"US-EAST-1"}"#, "region",
            "expects a region's name, as us-east-1"
        ),
        (
            #"{"access_key_id":"A","secret_access_key":"s","secret_access_key":"hidden"}"#, "secret_access_key",
            "stands there twice"
        ),
        (
            #"{"access_key_id":"A","secret_access_key":"s","hidden":1}"#, nil,
            "has a member that is none of access_key_id, secret_access_key, session_token, region"
        ),
    ])
    func saysWhatIsWrong(_ text: String, member: String?, message: String) throws {
        let fault = try #require(throws: CredentialFault.self) { try BedrockCredential(text) }
        #expect(fault == CredentialFault(member: member, message))
        #expect(!"\(fault)".contains("hidden"))
    }

    @Test(arguments: ["hidden-key", #"{"access_key_id":"hidden","secret_access_key":"hidden","region":"hidden"}"#])
    func showsNothingOfItself(_ text: String) throws {
        let credential = try BedrockCredential(text)
        var dumped = ""
        dump(credential, to: &dumped)
        for shown in ["\(credential)", String(reflecting: credential), dumped] { #expect(!shown.contains("hidden")) }
    }
}
