import Domain
import NIOCore
import Prompting
import Protocols

/// What became of an answer that was held against an output schema: a bounded label for metrics.
enum OutputCheck: String, Hashable, Sendable, CaseIterable {
    case valid
    /// Bad, and passed on with a mark.
    case marked
    /// Bad, and the model was asked once more.
    case retried
    /// Bad, and the run ended in an error.
    case refused
}

extension RunPipeline {
    /// The most faults that are told of one answer.
    private static var maximumFaults: Int { 32 }

    /// Whether the provider is asked once more: it refused an access token in whose place there is another, or its answer
    /// is bad and is not taken.
    func isAskedAgain(
        _ answers: inout [Answer], _ route: inout ProviderRoute, _ prompt: Prompt, _ target: Target,
        _ reservation: Reservation, _ client: ResponseWriter, _ facts: inout RunFacts
    ) async -> Bool {
        if await reauthorize(&route, &answers, client, &facts) { return true }
        return await checkOutput(&answers, prompt, target, reservation, client, &facts)
    }

    /// Holds the last answer against the agent's output schema, and does with a bad one what the version says.
    ///
    /// Answers true where the model is to be asked once more: only for a whole answer, whose client is still there, whose
    /// deadline leaves the time and whose hold the credits. Of a stream most is out by now; only its end can still be
    /// kept back.
    private func checkOutput(
        _ answers: inout [Answer], _ prompt: Prompt, _ target: Target, _ reservation: Reservation,
        _ client: ResponseWriter, _ facts: inout RunFacts
    ) async -> Bool {
        let last = answers.endIndex - 1
        guard let contract = target.plan.output, answers[last].fault == nil,
            let verdict = await verdict(on: &answers[last], contract)
        else { return false }
        answers[last].verdict = verdict
        facts.outputIsValid = verdict.isValid
        guard !verdict.isValid else {
            note(.valid)
            return false
        }
        switch contract.onInvalid {
        case .mark: note(.marked)
        case .retry
        where answers.count < prompt.attempts && !client.clientHasLeft && hasTimeLeft(facts)
            && isWithinItsShare(answers[last], prompt, reservation):
            note(.retried)
            facts.outputIsValid = nil
            // Of an answer that is not taken only what it cost is needed.
            answers[last].keptBack = .nothing
            answers[last].json = nil
            return true
        case .retry, .error:
            note(.refused)
            answers[last].fault = .invalidOutput(verdict.faults)
        }
        return false
    }

    private func note(_ check: OutputCheck) { worker.counters.outputChecks[check, default: 0] += 1 }

    /// All attempts share one deadline. One that has less time than the last one took would only be cut off.
    private func hasTimeLeft(_ facts: RunFacts) -> Bool {
        settings.timeouts.total == 0
            || facts.providerTime + facts.providerTime <= .milliseconds(Int64(settings.timeouts.total))
    }

    /// Whether an attempt left to the others what is held for them: one that cost more than any should leaves less.
    private func isWithinItsShare(_ answer: Answer, _ prompt: Prompt, _ reservation: Reservation) -> Bool {
        guard reservation.run.costsCredits, let price = reservation.price else { return true }
        return price.cost(of: metered(answer, reservation).usage)
            <= price.bound(prompt.most)
    }

    /// Nil where there is nothing to check: no answer, or only tool calls.
    private func verdict(on answer: inout Answer, _ contract: OutputContract) async -> OutputVerdict? {
        let choices = answer.choices
        guard choices.contains(where: \.toolCalls.isEmpty) else { return nil }
        var checked = fitsTurn(answer.outputBytes) ? Self.check(choices, contract, steps: Self.schemaStepsInTurn) : nil
        // As with inputs: what takes long is begun again where nobody waits for it.
        if checked?.verdict.faults.contains(where: \.isOfBudget) != false {
            checked = await offLoop { Self.check(choices, contract, steps: .max) }
        }
        guard let checked else { return nil }
        answer.json = checked.json
        return checked.verdict
    }

    /// What is wrong with all choices that call no tools, and choice 0 as JSON where nothing is wrong with it.
    private static func check(
        _ choices: [AssembledAnswer], _ contract: OutputContract, steps: Int
    ) -> (verdict: OutputVerdict, json: [UInt8]?) {
        var all: [DataFault] = []
        var first: [UInt8]?
        for choice in choices where choice.toolCalls.isEmpty {
            var (json, faults) = check(choice, contract, steps: steps)
            if choice.number == 0 { first = json }
            if choices.count > 1 {
                for index in faults.indices {
                    faults[index].message = "choice \(choice.number): " + faults[index].message
                }
            }
            all += faults
        }
        return (OutputVerdict(faults: Array(all.prefix(maximumFaults))), first)
    }

    /// What is wrong with a choice; where nothing is, its text as JSON.
    private static func check(
        _ choice: AssembledAnswer, _ contract: OutputContract, steps: Int
    ) -> (json: [UInt8]?, faults: [DataFault]) {
        func fault(_ rule: String, _ message: String) -> (json: [UInt8]?, faults: [DataFault]) {
            (nil, [DataFault(pointer: "", rule: rule, message: message)])
        }
        if choice.refusal != nil { return fault("refusal", "the model refused to answer") }
        switch choice.finishReason {
        case .refusal: return fault("refusal", "the model refused to answer")
        case .length: return fault("length", "the answer was cut off at its longest")
        case .contentFilter: return fault("content_filter", "the answer was cut off by the provider's filter")
        case .stop, .stopSequence, .toolCalls, .paused, .failed, .other, nil: break
        }
        guard let text = choice.text else { return fault("json", "there is no text") }
        let (value, faults) = contract.faults(of: text, steps: steps)
        return (faults.isEmpty ? value.map { Array($0.raw) } : nil, faults)
    }
}
