import Domain
import JSON
import Prompting

extension RunPipeline {
    /// Holds the input against what the version asks of it, before anything is spent, and fills the version's messages
    /// with it. Both read the one layout of the input, which is many times as large and lives no longer than this.
    func fill(_ call: Call, _ target: Target) async throws(GatewayError) -> [RenderedMessage] {
        // Texts to embed are no template's input, and go without messages.
        guard call.embeddings == nil else { return [] }
        let plan = target.plan
        let input = call.input
        // Templates and schemas are a tenant's: one that takes long is begun again where nobody waits for it.
        if fitsTurn(input?.range.count ?? 0) {
            let faults: [DataFault]
            switch Self.filled(plan, input, .turn) {
            case .success(let messages): return messages
            case .failure(let found): faults = found.all
            }
            guard faults.contains(where: \.isOfBudget) else { throw .invalidInput(faults, of: format) }
        }
        switch await offLoop({ Self.filled(plan, input, .most) }) {
        case .success(let messages): return messages
        case .failure(let faults): throw .invalidInput(faults.all, of: format)
        }
    }

    /// What checking and filling in one input may take.
    private struct Budget {
        var schemaSteps: Int
        var rendering: RenderLimits

        /// A few milliseconds at most.
        static let turn = Budget(
            schemaSteps: schemaStepsInTurn, rendering: RenderLimits(steps: 20_000, bytes: 1 << 20, outputBytes: 1 << 20)
        )
        static let most = Budget(schemaSteps: .max, rendering: RenderLimits())
    }

    private struct Faults: Error {
        var all: [DataFault]
    }

    private static func filled(
        _ plan: Plan, _ input: JSONValue?, _ budget: Budget
    ) -> Result<[RenderedMessage], Faults> {
        let tape = input.map { JSONTape($0) } ?? noInput
        let violations = plan.inputSchema?.faults(of: tape, steps: budget.schemaSteps) ?? []
        guard violations.isEmpty else { return .failure(Faults(all: violations.map { DataFault($0) })) }
        do throws(DataFault) { return .success(try plan.render(input: tape, limits: budget.rendering)) } catch {
            return .failure(Faults(all: [error]))
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
    static func invalidInput(_ faults: [DataFault], of format: ClientFormat) -> GatewayError {
        let root = format.inputPointer
        var error = GatewayError(
            .invalidInput, "The input is not what the agent takes: \(words(faults, root: root))")
        error.faults = faults
        error.faultsRoot = root
        error.param = faults.lazy.compactMap(\.pointer).first.map { root + $0 }
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
