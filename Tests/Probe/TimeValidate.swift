import JSON
import Prompting

/// Times checks, for a comparison with another validator in the same run. A request is
/// `{"schema": TEXT, "instance": TEXT, "milliseconds": 200}`, TEXT being JSON in a string; the answer is
/// `{"valid": true, "check_ns": …, "tape_and_check_ns": …, "read_tape_and_check_ns": …}`: nanoseconds a check of a value
/// that is laid out already; with laying it out; and from its bytes. Each is the mean of the best batch.
func answerTimeValidate(_ request: JSONValue, _ answer: inout JSONWriter) throws {
    guard let schema = request.member("schema")?.decodedBytes, let instance = request.member("instance")?.decodedBytes
    else { throw NoRequest("schema or instance is missing") }
    let compiled = try JSONSchema(compiling: schema)
    let document = try JSONDocument(instance)
    let tape = JSONTape(document.root)
    let time = Duration.milliseconds(request.member("milliseconds")?.int ?? 200)
    answer.beginObject()
    answer.key("valid")
    answer.bool(compiled.accepts(tape))
    answer.key("check_ns")
    answer.int(nanoseconds(for: time) { compiled.accepts(tape) })
    answer.key("tape_and_check_ns")
    answer.int(nanoseconds(for: time) { compiled.accepts(JSONTape(document.root)) })
    answer.key("read_tape_and_check_ns")
    answer.int(
        nanoseconds(for: time) {
            guard let document = try? JSONDocument(instance) else { return false }
            return compiled.accepts(JSONTape(document.root))
        })
    answer.endObject()
}

private func nanoseconds(for time: Duration, _ check: () -> Bool) -> Int {
    let clock = ContinuousClock()
    let end = clock.now + time
    let batch = 200
    var best = Duration.seconds(3600)
    var accepted = 0
    while clock.now < end {
        let took = clock.measure { for _ in 0..<batch where check() { accepted += 1 } }
        best = min(best, took)
    }
    // Keeps the checks from being left out.
    if accepted == .max { complain("") }
    return Int(best / .nanoseconds(1)) / batch
}
