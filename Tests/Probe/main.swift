import Glibc

/// Puts what prompts, prices and protocols come to within reach of tests and measurements written in Python. No part of
/// the product.
///
/// usage: probe COMMAND [ARGUMENT…]
///
/// The commands that answer line by line read JSON Lines from standard input to its end and write one line for each;
/// a line that is no request is answered with a fault too, so that answers and requests keep in step.
func run(_ arguments: [String]) throws -> Int32 {
    switch arguments.first {
    case "render": answerLines(answerRender)
    case "variables": answerLines(answerVariables)
    case "validate": answerLines(answerValidate)
    case "cost": answerLines(answerCost)
    case "signature": answerLines(answerSignature)
    case "assertion": answerLines(answerAssertion)
    case "event-stream": answerLines(answerEventStream)
    case "time-validate": answerLines(answerTimeValidate)
    case "time-signature": return timeSignature(Array(arguments.dropFirst()))
    case "time-render": return try timeRender(Array(arguments.dropFirst()))
    case let name?:
        complain("probe: no command \(name)")
        return 2
    case nil:
        complain("usage: probe COMMAND [ARGUMENT…]")
        return 2
    }
    return 0
}

do {
    exit(try run(Array(CommandLine.arguments.dropFirst())))
} catch {
    complain("probe: \(error)")
    exit(1)
}
