import Domain
import JSON
import Protocols
import Security

/// Makes the request for an access token of a service account: `{"account": TEXT, "scopes": [TEXT…], "at": MILLISECONDS}`,
/// the account being the file's text, → `{"body": TEXT}` or `{"fault": TEXT}`.
func answerAssertion(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    guard let time = request.member("at")?.int else { throw NoRequest("no at") }
    let scopes = request.member("scopes")?.elements().compactMap(\.string) ?? []
    answer.beginObject()
    do {
        let account = try GoogleServiceAccount(Array(text(request, "account").utf8))
        let assertion = GoogleAssertion(account, scopes: scopes, at: Timestamp(milliseconds: time))
        let signature = try RSAPrivateKey(pem: account.privateKey).signature(of: assertion.signedPart)
        answer.key("body")
        answer.string(utf8: assertion.tokenRequest(signature: signature))
    } catch {
        answer.key("fault")
        answer.string("\(error)")
    }
    answer.endObject()
}
