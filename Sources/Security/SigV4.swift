import Domain

/// Signs requests to one AWS service in one region: Signature Version 4 (AWS's "Create a signed AWS API request"), as
/// services other than S3 have it.
package struct SigV4: Sendable {
    private let key: AWSAccessKey
    private let region: String
    private let service: String

    /// - Parameters:
    ///   - region: `us-east-1`.
    ///   - service: as AWS names it for signatures: `bedrock`.
    package init(_ key: AWSAccessKey, region: String, service: String) {
        self.key = key
        self.region = region
        self.service = service
    }

    /// What of a request is signed.
    package struct Request: Sendable {
        package var method: String
        /// As it is sent: without the port where it is the scheme's own.
        package var host: String
        /// As it is sent, percent-encoded: `/model/anthropic.claude-3%3A0/converse`.
        package var path: String
        /// As it is sent, percent-encoded (RFC 3986, digits in upper case), without the question mark.
        package var query: String
        /// Further ones to be signed, as they are sent: neither `host` nor what `signed` answers.
        package var headers: [(String, String)]
        package var body: [UInt8]

        package init(
            method: String = "POST", host: String, path: String, query: String = "", headers: [(String, String)] = [],
            body: [UInt8] = []
        ) {
            self.method = method
            self.host = host
            self.path = path
            self.query = query
            self.headers = headers
            self.body = body
        }
    }

    /// The headers to be sent with the request: `X-Amz-Date`, `X-Amz-Security-Token` where there is one, `Authorization`.
    ///
    /// - Parameter time: services refuse what is minutes from their own.
    package func headers(for request: Request, at time: Timestamp) -> [(String, String)] {
        let date = Self.date(time)
        var headers = [("X-Amz-Date", String(decoding: date, as: UTF8.self))]
        if let token = key.sessionToken { headers.append(("X-Amz-Security-Token", token)) }
        let canonical = CanonicalRequest(request, headers: headers)

        var scope = Array(date.prefix(8))
        for part in ["/", region, "/", service, "/aws4_request"] { scope += part.utf8 }
        var text = Array("AWS4-HMAC-SHA256\n".utf8)
        text.reserveCapacity(192)
        text += date
        text.append(UInt8(ascii: "\n"))
        text += scope
        text.append(UInt8(ascii: "\n"))
        sha256(canonical.bytes).appendHexadecimal(to: &text)

        var authorization = Array("AWS4-HMAC-SHA256 Credential=".utf8)
        authorization.reserveCapacity(320)
        authorization += key.id.utf8
        authorization.append(UInt8(ascii: "/"))
        authorization += scope
        authorization += ", SignedHeaders=".utf8
        authorization += canonical.signedHeaders
        authorization += ", Signature=".utf8
        hmacSHA256(key: signingKey(date.prefix(8)), text).appendHexadecimal(to: &authorization)
        headers.append(("Authorization", String(decoding: authorization, as: UTF8.self)))
        return headers
    }

    /// Four HMACs of short texts, which take two microseconds. It is not kept: that would hold secrets for longer.
    private func signingKey(_ day: ArraySlice<UInt8>) -> Digest {
        var key = hmacSHA256(key: Array("AWS4".utf8) + key.secret.utf8, Array(day))
        for part in [region, service, "aws4_request"] { key = hmacSHA256(key: key, Array(part.utf8)) }
        return key
    }

    /// `20261130T134200Z`, the fraction of the second cut off. Years 1970 to 9999.
    private static func date(_ time: Timestamp) -> [UInt8] {
        let (days, inDay) = time.milliseconds.quotientAndRemainder(dividingBy: Timestamp.millisecondsPerDay)
        let date = civilDate(daysSince1970: days)
        var text: [UInt8] = []
        text.reserveCapacity(16)
        func append(_ value: Int64) {
            text.append(UInt8(48 + value / 10 % 10))
            text.append(UInt8(48 + value % 10))
        }
        append(date.year / 100)
        append(date.year)
        append(date.month)
        append(date.day)
        text.append(UInt8(ascii: "T"))
        append(inDay / 3_600_000)
        append(inDay / 60_000 % 60)
        append(inDay / 1_000 % 60)
        text.append(UInt8(ascii: "Z"))
        return text
    }
}
