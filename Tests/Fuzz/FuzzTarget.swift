/// Something that reads bytes from outside, and what must be true of it whatever the bytes are.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Throws a `Violation` where a property does not hold for the input. Refusing the input is no violation.
    package let check: @Sendable ([UInt8]) throws -> Void

    package static let all = [
        serverSentEvents, eventStream, jsonDocument, jsonText, chatRequest, chatAnswer, chatStream, protocolRequest,
        protocolAnswer, names, template,
        schema, versionDocument, catalogRecords, ledgerRecords, archives, responseHead, requests, bills,
    ]
}

/// A property that does not hold. Carries no input: the fuzzer keeps that.
package struct Violation: Error, CustomStringConvertible {
    package let description: String
}

func hold(_ condition: @autoclosure () throws -> Bool, _ property: String) throws {
    guard try condition() else { throw Violation(description: property) }
}

/// What stands before the first byte of that value, and what after it; all and nothing where there is none.
func halves(_ input: [UInt8], at separator: UInt8 = 0) -> (first: [UInt8], second: [UInt8]) {
    guard let cut = input.firstIndex(of: separator) else { return (input, []) }
    return (Array(input[..<cut]), Array(input[(cut + 1)...]))
}
