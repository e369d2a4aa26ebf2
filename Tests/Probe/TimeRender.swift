import Glibc
import JSON
import Prompting

/// `time-render TEMPLATE CONTEXT COUNT`: how many nanoseconds one rendering takes, the template compiled and the
/// context read beforehand, as a server has them. Prints the best of five rounds, and a digest of what was rendered.
func timeRender(_ arguments: [String]) throws -> Int32 {
    guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else {
        complain("usage: probe time-render TEMPLATE CONTEXT COUNT")
        return 2
    }
    let template = try Template(compiling: try contents(of: arguments[0]))
    let context = JSONTape(try JSONDocument(try contents(of: arguments[1])).root)
    var output: [UInt8] = []
    var best = Duration.seconds(1_000_000)
    for _ in 0..<5 {
        best = min(
            best,
            try ContinuousClock().measure {
                for _ in 0..<count {
                    // A message's text is an array of its own each time.
                    output = []
                    output.reserveCapacity(template.source.count)
                    try template.render(input: context, into: &output)
                }
            })
    }
    let nanoseconds = best / .nanoseconds(1) / Double(count)
    print("{\"nanoseconds\":\(nanoseconds),\"bytes\":\(output.count)}")
    return 0
}

private func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw NoRequest("cannot read \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while true {
        let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { space, count in
            count = fread(space.baseAddress, 1, space.count, file)
        }
        if part.isEmpty { return bytes }
        bytes += part
    }
}
