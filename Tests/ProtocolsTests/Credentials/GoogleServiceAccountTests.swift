import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct GoogleServiceAccountTests {
    private static let file = #"""
        {
          "type": "service_account", "project_id": "example.com:demo-1", "private_key_id": "0a1b",
          "private_key": "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n",
          "client_email": "runner@demo-1.iam.gserviceaccount.com", "client_id": "1",
          "auth_uri": "https://accounts.google.com/o/oauth2/auth",
          "token_uri": "https://oauth2.googleapis.com/token", "universe_domain": "googleapis.com"
        }
        """#

    private static func account(_ file: String = file) throws -> GoogleServiceAccount {
        try GoogleServiceAccount(Array(file.utf8))
    }

    @Test func readsTheFile() throws {
        let account = try Self.account()
        #expect(account.email == "runner@demo-1.iam.gserviceaccount.com")
        #expect(account.privateKey == "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n")
        #expect(account.privateKeyID == "0a1b" && account.projectID == "example.com:demo-1")
        #expect(account.tokenURI == "https://oauth2.googleapis.com/token")
        var dumped = ""
        dump(account, to: &dumped)
        for shown in ["\(account)", String(reflecting: account), dumped] { #expect(!shown.contains("hidden")) }
        let least = try Self.account(#"{"type":"service_account","client_email":"a@b","private_key":"k"}"#)
        #expect(least.tokenURI == GoogleServiceAccount.tokenEndpoint)
        #expect(least.privateKeyID == nil && least.projectID == nil)
    }

    @Test(arguments: [
        ("", "", nil, "expects a JSON object: empty"),
        ("{", "[", nil, "expects a JSON object: malformed"),
        (
            #""service_account""#, #""authorized_user""#, "type",
            "expects service_account: other kinds of credentials are not supported"
        ),
        (#""type""#, #""kind""#, "type", "is missing"),
        (#""client_email""#, #""client""#, "client_email", "is missing"),
        ("runner@", "hidden runner@", "client_email", "expects visible ASCII characters without white space"),
        (#""private_key":"#, #""key":"#, "private_key", "is missing"),
        (#""client_id": "1""#, #""private_key": "hidden""#, "private_key", "stands there twice"),
        (#""0a1b""#, "17", "private_key_id", "expects a string that is not empty"),
        ("https://oauth2.googleapis.com/token", "ftp://hidden/", "token_uri", "expects an http or https URL"),
        ("https://oauth2.googleapis.com/token", "https://hidden@host/", "token_uri", "expects an http or https URL"),
        ("https://oauth2.googleapis.com/token", "https://", "token_uri", "expects an http or https URL"),
        ("example.com:demo-1", "../hidden", "project_id", "expects letters, digits, hyphens, dots and colons"),
    ])
    func saysWhatIsWrong(_ part: String, instead: String, member: String?, message: String) throws {
        let text = part.isEmpty ? "" : Self.file.replacing(part, with: instead)
        let fault = try #require(throws: CredentialFault.self) { try Self.account(text) }
        #expect(fault == CredentialFault(member: member, message))
        #expect(!"\(fault)".contains("hidden"))
    }

    /// As another implementation of base64url and JSON writes them, by hand.
    @Test func theAssertionIsAJWT() throws {
        let assertion = GoogleAssertion(try Self.account(), at: Timestamp(milliseconds: 1_796_046_120_999))
        let parts = assertion.signedPart.split(separator: UInt8(ascii: "."))
        #expect(
            parts.map { Self.decoded($0) } == [
                #"{"alg":"RS256","typ":"JWT","kid":"0a1b"}"#,
                #"{"iss":"runner@demo-1.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/cloud-platform","#
                    + #""aud":"https://oauth2.googleapis.com/token","iat":1796046120,"exp":1796049720}"#,
            ])
        let body = String(decoding: assertion.tokenRequest(signature: [0xFB, 0xFF, 0xBE]), as: UTF8.self)
        #expect(
            body == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
                + String(decoding: assertion.signedPart, as: UTF8.self) + ".-_--")
        let two = GoogleAssertion(try Self.account(), scopes: ["a", "b"], at: Timestamp(milliseconds: 0))
        #expect(Self.decoded(two.signedPart.split(separator: UInt8(ascii: "."))[1]).contains(#""scope":"a b""#))
    }

    /// RFC 4648, section 10, without its padding.
    @Test(arguments: [
        "": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "fooba": "Zm9vYmE", "foobar": "Zm9vYmFy",
    ])
    func base64URLVectors(_ bytes: String, _ text: String) {
        var made: [UInt8] = []
        Base64URL.append(Array(bytes.utf8), to: &made)
        #expect(String(decoding: made, as: UTF8.self) == text)
    }

    private static func decoded(_ text: some Sequence<UInt8>) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var bits = 0
        var word = 0
        var bytes: [UInt8] = []
        for character in text {
            word = word << 6 | (alphabet.firstIndex(of: character) ?? 0)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(word >> bits & 255))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite struct GoogleAccessTokenTests {
    private static let now = Timestamp(milliseconds: 1_000_000)

    private static func token(_ body: String, status: Int = 200) throws -> GoogleAccessToken {
        try GoogleAccessToken(status: status, body: Array(body.utf8), at: now)
    }

    @Test(
        arguments: [
            (#"{"access_token":"ya29.a","expires_in":3599,"token_type":"Bearer"}"#, 3599),
            (#"{"access_token":"ya29.a","expires_in":"3599","token_type":"bearer","scope":"x"}"#, 3599),
            (#"{"access_token":"ya29.a","expires_in":1}"#, 1),
            (#"{"access_token":"ya29.a","expires_in":9223372036854775807}"#, 86_400),
        ] as [(String, Int64)])
    func readsTheAnswer(_ body: String, seconds: Int64) throws {
        let token = try Self.token(body)
        #expect(token.value == "ya29.a")
        #expect(token.expiresAt == Timestamp(milliseconds: 1_000_000 + seconds * 1000))
        #expect(!"\(token)".contains("ya29"))
    }

    @Test(arguments: [
        ("<html>", "expects a JSON object: malformed"),
        ("[]", "expects a JSON object"),
        (#"{"expires_in":1}"#, "access_token: is missing"),
        (
            #"{"access_token":"a b","expires_in":1}"#,
            "access_token: expects visible ASCII characters without white space"
        ),
        (#"{"access_token":"hidden","expires_in":1,"token_type":"mac"}"#, "token_type: expects Bearer"),
        (#"{"access_token":"hidden"}"#, "expires_in: expects a number of seconds above zero"),
        (#"{"access_token":"hidden","expires_in":0}"#, "expires_in: expects a number of seconds above zero"),
        (#"{"access_token":"hidden","expires_in":"soon"}"#, "expires_in: expects a number of seconds above zero"),
    ])
    func saysWhatIsWrongWithAnAnswer(_ body: String, message: String) throws {
        let fault = try #require(throws: GoogleTokenFault.self) { try Self.token(body) }
        #expect(fault.message == "the token endpoint's answer: " + message)
        #expect(fault.code == nil && fault.isRetryable)
    }

    @Test(
        arguments: [
            (
                400, #"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#, "invalid_grant",
                "Invalid JWT Signature.", false
            ),
            (401, #"{"error":"deleted_client"}"#, "deleted_client", "deleted_client", false),
            (429, "", nil, "no words", true),
            (503, "<html>", nil, "no words", true),
        ] as [(Int, String, String?, String, Bool)])
    func saysWhyThereIsNoToken(_ status: Int, body: String, code: String?, message: String, isRetryable: Bool) throws {
        let fault = try #require(throws: GoogleTokenFault.self) { try Self.token(body, status: status) }
        #expect(fault.status == status && fault.code == code && fault.message == message)
        #expect(fault.isRetryable == isRetryable)
    }
}
