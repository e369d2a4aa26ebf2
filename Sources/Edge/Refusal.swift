import Domain

/// Why what came on a connection is not taken as a request, in the words of neither port.
package struct Refusal: Sendable, Equatable {
    package var code: ErrorCode
    /// Says what is wrong with the form of the request; never holds a part of it.
    package var message: String

    package init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    static let malformed = Refusal(.invalidRequest, "The request is not well-formed HTTP.")
    static let headersTooLarge = Refusal(.headersTooLarge, "The request's headers are too many or too large.")
    static let bodyTooSlow = Refusal(.requestTimeout, "The request's body did not come in time.")

    /// How a port says a refusal in its own shape of errors.
    package struct Answer {
        package var headers: [(String, String)]
        package var body: [UInt8]

        package init(headers: [(String, String)], body: [UInt8]) {
            self.headers = headers
            self.body = body
        }
    }
}
