import NIOHTTP1

/// An `Authorization` header of AWS's signature version 4. Its shape is checked; whether the signature is right is for
/// those who know the secret key.
struct AuthorizationV4 {
    let accessKeyID: String

    /// Nil where anything but the signature's value could not be right.
    init?(_ headers: HTTPHeaders, service: String) {
        let scheme = "AWS4-HMAC-SHA256 "
        guard let header = headers.first(name: "authorization"), header.hasPrefix(scheme) else { return nil }
        var fields: [Substring: Substring] = [:]
        for field in header.dropFirst(scheme.count).split(separator: ",") {
            let pair = field.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            fields[pair[0]] = pair[1]
        }
        guard let scope = fields["Credential"]?.split(separator: "/"), scope.count == 5,
            scope[3] == service, scope[4] == "aws4_request",
            let signed = fields["SignedHeaders"]?.split(separator: ";"), signed == signed.sorted(),
            signed.contains("host"), signed.contains("x-amz-date"),
            headers.contains(name: "x-amz-security-token") == signed.contains("x-amz-security-token"),
            let signature = fields["Signature"], signature.utf8.count == 64,
            signature.allSatisfy({ $0.isHexDigit && !$0.isUppercase }),
            let date = headers.first(name: "x-amz-date"), date.utf8.count == 16, date.prefix(8) == scope[1],
            date.hasSuffix("Z")
        else { return nil }
        accessKeyID = String(scope[0])
    }
}
