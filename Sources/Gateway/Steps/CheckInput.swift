import Domain
import JSON
import Prompting

extension RunPipeline {
    /// Holds the input against what the version asks of it, before anything is spent. What was found of it on the way
    /// is what rendering reads too.
    func checkInput(_ call: Call, _ target: Target) throws(GatewayError) -> JSONTape? {
        let input = call.input.map { JSONTape($0) }
        guard let schema = target.plan.inputSchema else { return input }
        let violations = schema.faults(of: input ?? Self.noInput)
        guard violations.isEmpty else { throw .invalidInput(violations.map { DataFault($0) }) }
        return input
    }

    /// A request without an input has an empty one.
    private static let noInput: JSONTape = {
        guard let empty = try? JSONDocument("{}") else { preconditionFailure("{} is JSON") }
        return JSONTape(empty.root)
    }()
}

extension GatewayError {
    /// - Parameter faults: at least one; their pointers begin at the input.
    static func invalidInput(_ faults: [DataFault]) -> GatewayError {
        var error = GatewayError(
            .invalidInput, "The input is not what the agent takes: \(words(faults, root: "/input"))")
        error.faults = faults
        error.faultsRoot = "/input"
        error.param = faults.lazy.compactMap(\.pointer).first.map { "/input" + $0 }
        return error
    }

    /// - Parameter faults: at least one; their pointers begin at the answer.
    static func invalidOutput(_ faults: [DataFault]) -> GatewayError {
        var error = GatewayError(
            .invalidOutput,
            "The model's answer is not what the agent's output schema asks for: \(words(faults, root: "/output"))")
        error.faults = faults
        error.faultsRoot = "/output"
        return error
    }

    /// The first fault in words, and how many there are besides.
    private static func words(_ faults: [DataFault], root: String) -> String {
        guard let first = faults.first else { return "" }
        let place = first.pointer.map { root + $0 + " " } ?? ""
        let more = faults.count == 1 ? "" : " (and \(faults.count - 1) more, see faults)"
        return place + first.message + more + "."
    }
}
