import Domain
import JSON
import Prompting

extension RunPipeline {
    /// Holds the input against what the version asks of it, before anything is spent, and fills the version's messages
    /// with it. Both read the one layout of the input, which is many times as large and lives no longer than this.
    func fill(_ call: Call, _ target: Target) async throws(GatewayError) -> [RenderedMessage] {
        let plan = target.plan
        let input = call.input
        return try await work(on: input?.range.count ?? 0) { () throws(GatewayError) in
            let tape = input.map { JSONTape($0) } ?? Self.noInput
            if let violations = plan.inputSchema?.faults(of: tape), !violations.isEmpty {
                throw .invalidInput(violations.map { DataFault($0) })
            }
            do throws(DataFault) { return try plan.render(input: tape) } catch { throw .invalidInput([error]) }
        }
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
