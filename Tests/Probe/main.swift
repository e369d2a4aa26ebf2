import Glibc

/// Puts what Prompting does within reach of tests and measurements written in Python. No part of the product.
///
/// usage: probe COMMAND [ARGUMENT…]
///
/// The commands that answer line by line read JSON Lines from standard input to its end and write one line for each;
/// a line that is no request is answered with a fault too, so that answers and requests keep in step.
func run(_ arguments: [String]) -> Int32 {
    switch arguments.first {
    case "validate":
        answerLines(answerValidate)
        return 0
    case let name?:
        complain("probe: no command \(name)")
        return 2
    case nil:
        complain("usage: probe COMMAND [ARGUMENT…]")
        return 2
    }
}

exit(run(Array(CommandLine.arguments.dropFirst())))
