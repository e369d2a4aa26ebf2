extension Outgoing {
    /// What is said, in its order. Where there are instructions only, the last of them is what the user says: providers
    /// take no request in which nothing is.
    var turns: [Turn] {
        var turns = conversation.turns
        guard rawMessages.isEmpty, turns.allSatisfy(\.isInstruction), let last = turns.popLast() else { return turns }
        return turns + [Turn(.user, last.parts)]
    }

    /// Instructions, and what is said else, for protocols that have them in two places.
    var prompt: (system: [Turn], turns: [Turn]) {
        let turns = self.turns
        return (turns.filter(\.isInstruction), turns.filter { !$0.isInstruction })
    }
}

extension Turn {
    var isInstruction: Bool { role == .system || role == .developer }
}
