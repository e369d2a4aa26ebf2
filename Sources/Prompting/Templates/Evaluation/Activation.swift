/// The slots of a function while it runs. Macros hold on to the activation they were made in, as Python's closures do.
final class Activation {
    /// All initialized from `init` to `deinit`; the compiler counted them, so no instruction leads beyond them.
    let slots: UnsafeMutableBufferPointer<Value>
    let parent: Activation?

    init(slotCount: Int, parent: Activation?) {
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: .none)
        self.parent = parent
    }

    deinit {
        slots.deinitialize()
        slots.deallocate()
    }

    /// The activation so many functions outwards.
    func outwards(_ hops: Int) -> Activation {
        var activation = self
        for _ in 0..<hops { activation = activation.parent ?? activation }
        return activation
    }
}

extension Value {
    /// Stands in a parameter's slot until its default is evaluated; no expression ever sees it.
    static let notProvided = Value.object(ObjectID(index: -1))

    var isProvided: Bool {
        if case .object(let id) = self { return id.index >= 0 }
        return true
    }
}
