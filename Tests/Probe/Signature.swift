import Domain
import JSON
import Security

/// Signs a request to AWS: `{"key": {"id", "secret", "token"?}, "region", "service", "at": MILLISECONDS, "method", "host",
/// "path", "query", "headers": [[NAME, VALUE]…], "body": HEXADECIMAL}` → `{"headers": [[NAME, VALUE]…]}`.
func answerSignature(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    guard let key = request.member("key"), let time = request.member("at")?.int,
        let body = Hexadecimal.decode(try text(request, "body"))
    else { throw NoRequest("expects key, at and body") }
    let accessKey = AWSAccessKey(
        id: try text(key, "id"), secret: try text(key, "secret"), sessionToken: key.present("token")?.string)
    let signer = SigV4(accessKey, region: try text(request, "region"), service: try text(request, "service"))
    let signed = SigV4.Request(
        method: try text(request, "method"), host: try text(request, "host"), path: try text(request, "path"),
        query: try text(request, "query"),
        headers: request.member("headers")?.elements().map { header in
            let parts = header.elements().map { $0.string ?? "" }
            return (parts[0], parts[1])
        } ?? [], body: body)
    answer.beginObject()
    answer.key("headers")
    answer.beginArray()
    for (name, value) in signer.headers(for: signed, at: Timestamp(milliseconds: time)) {
        answer.beginArray()
        answer.string(name)
        answer.string(value)
        answer.endArray()
    }
    answer.endArray()
    answer.endObject()
}

func text(_ object: JSONValue, _ name: String) throws(NoRequest) -> String {
    guard let text = object.member(name)?.string else { throw NoRequest("no \(name)") }
    return text
}

/// `time-signature COUNT`: how many nanoseconds it takes to sign a request of 1 KB, the best of five rounds.
func timeSignature(_ arguments: [String]) -> Int32 {
    guard arguments.count == 1, let count = Int(arguments[0]), count > 0 else {
        complain("usage: probe time-signature COUNT")
        return 2
    }
    let key = AWSAccessKey(id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    let signer = SigV4(key, region: "us-east-1", service: "bedrock")
    let request = SigV4.Request(
        host: "bedrock-runtime.us-east-1.amazonaws.com", path: "/model/anthropic.claude-sonnet-4-5%3A0/converse",
        headers: [("Content-Type", "application/json")], body: [UInt8](repeating: 97, count: 1024))
    let bytes = request.body
    var found = 0
    for (name, work) in [
        ("signature", { found += signer.headers(for: request, at: Timestamp(milliseconds: 1_796_000_000_000)).count }),
        ("sha256_of_body", { found += Int(sha256(bytes).words.0 & 1) }),
        ("hmac", { found += Int(hmacSHA256(key: Digest.zero, Array("20261130".utf8)).words.0 & 1) }),
    ] {
        var best = Duration.seconds(3600)
        for _ in 0..<5 { best = min(best, ContinuousClock().measure { for _ in 0..<count { work() } }) }
        print("{\"\(name)\":\(Int(best / .nanoseconds(1)) / count)}")
    }
    return found == 0 ? 1 : 0
}
