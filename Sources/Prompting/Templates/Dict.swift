/// A dict in the order of its insertions, keys as Python compares them (`1`, `1.0` and `True` are one key).
final class Dict: Sendable {
    let keys: [Value]
    let values: [Value]

    init(keys: [Value], values: [Value]) {
        self.keys = keys
        self.values = values
    }
}

/// Python's `range(start, stop, step)`.
final class RangeValue: Sendable {
    let start: Int
    let stop: Int
    let step: Int

    init(start: Int, stop: Int, step: Int) {
        self.start = start
        self.stop = stop
        self.step = step
    }
}
