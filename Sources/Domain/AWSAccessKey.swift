/// What signs requests to AWS. Its description names no part of it.
package struct AWSAccessKey: Hashable, Sendable {
    package var id: String
    package var secret: String
    /// Of temporary credentials, sent with each request.
    package var sessionToken: String?

    package init(id: String, secret: String, sessionToken: String? = nil) {
        self.id = id
        self.secret = secret
        self.sessionToken = sessionToken
    }
}

extension AWSAccessKey: CustomStringConvertible, CustomReflectable {
    package var description: String { sessionToken == nil ? "AWS access key" : "temporary AWS access key" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
