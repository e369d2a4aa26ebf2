import Domain

/// A way out of a request that is not success, as facts; `ErrorResponse` says them to the client.
package struct GatewayError: Error {
    package var code: ErrorCode
    /// Says what to do. Never holds a secret or a prompt.
    package var message: String
    /// The field at fault.
    var param: String?
    /// Where what happened at the provider has a status of its own meaning for the client.
    var status: Int
    /// Seconds.
    var retryAfter: Int?
    /// Whether anything was charged; nil where no run was begun.
    var charged: NanoCredits?
    /// The provider may have served the run though nothing is charged yet.
    var holdStays = false
    /// How the attempt at the provider ended, where there was one.
    var attempt: AttemptClass?
    /// All that is wrong with the input or the answer; their pointers begin at what `faultsRoot` names.
    var faults: [DataFault] = []
    var faultsRoot = ""
    /// Further members of the error object, as names and decimal texts.
    var details: [(name: String, value: String)] = []

    init(_ code: ErrorCode, _ message: String, param: String? = nil, status: Int? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.param = param
        self.status = status ?? code.status
        self.retryAfter = retryAfter
    }
}
