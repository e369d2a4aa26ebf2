extension Outgoing {
    /// Instructions and messages, for protocols that have them beside each other. Where there is nothing else, the last
    /// instruction is what the user says: none of these protocols takes a request without a message.
    var prompt: (system: [Turn], turns: [Turn]) {
        var system = conversation.turns.filter(\.isInstruction)
        var turns = conversation.turns.filter { !$0.isInstruction }
        if turns.isEmpty, rawMessages.isEmpty, let last = system.popLast() { turns = [Turn(.user, last.parts)] }
        return (system, turns)
    }
}

extension Turn {
    var isInstruction: Bool { role == .system || role == .developer }
}
