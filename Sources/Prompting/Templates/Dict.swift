/// A dict in the order of its insertions, keys as Python compares them (`1`, `1.0` and `True` are one key).
final class Dict: Sendable {
    let keys: [Value]
    let values: [Value]
    /// Where each key stands; nil while a look along the keys is as quick.
    private let places: [DictKey: Int]?

    static let empty = Dict(distinct: [], values: [])

    /// - Parameter keys: strings, no two the same.
    convenience init(keys: [Value], values: [Value]) { self.init(distinct: keys, values: values) }

    /// - Parameters:
    ///   - keys: no two the same.
    ///   - places: made here of keys that are all strings where it is not given.
    init(distinct keys: [Value], values: [Value], places: [DictKey: Int]? = nil) {
        self.keys = keys
        self.values = values
        guard places == nil, keys.count > Self.fewKeys else {
            self.places = places
            return
        }
        var made: [DictKey: Int] = [:]
        made.reserveCapacity(keys.count)
        for (place, key) in keys.enumerated() {
            if case .string(let text) = key { made[.text(text)] = place }
        }
        self.places = made
    }

    static let fewKeys = 8

    var count: Int { keys.count }

    /// The value of a key that is a string.
    func value(named name: Text) -> Value? {
        if let places { return places[.text(name)].map { values[$0] } }
        for place in keys.indices {
            if case .string(let key) = keys[place], key == name { return values[place] }
        }
        return nil
    }

    /// The value of a key that is a string.
    func value(named name: String) -> Value? {
        if places != nil { return value(named: Text(name)) }
        for place in keys.indices {
            if case .string(let key) = keys[place], key.bytes.elementsEqual(name.utf8) { return values[place] }
        }
        return nil
    }

    func value(of key: DictKey) -> Value? {
        if case .text(let text) = key { return value(named: text) }
        return places.flatMap { $0[key] }.map { values[$0] }
    }
}

/// What a dict finds a key by: equal and of one hash where Python's keys are.
indirect enum DictKey: Hashable, Sendable {
    case none
    /// Also of a bool, and of a float without a fraction.
    case int(Int)
    case float(Double)
    case text(Text)
    case tuple([DictKey])
    case range(start: Int, step: Int, count: Int)
    /// Digits of an integer beyond 64 bits.
    case digits(Text)
    case object(Int)
    case undefined
}

/// Python's `range(start, stop, step)`.
final class RangeValue: Sendable {
    let start: Int
    let stop: Int
    let step: Int
    /// How many numbers.
    let count: Int

    /// - Parameter step: not zero.
    init(start: Int, stop: Int, step: Int) {
        self.start = start
        self.stop = stop
        self.step = step
        count = Self.count(from: start, to: stop, by: step)
    }

    /// How many numbers such a range has; `Int.max` stands for all that is more.
    static func count(from start: Int, to stop: Int, by step: Int) -> Int {
        guard step > 0 ? start < stop : start > stop else { return 0 }
        let distance = step > 0 ? Self.distance(start, stop) : Self.distance(stop, start)
        return Int(clamping: (distance - 1) / step.magnitude + 1)
    }

    /// From the lesser to the greater, which may be more than an Int holds.
    private static func distance(_ low: Int, _ high: Int) -> UInt { UInt(bitPattern: high) &- UInt(bitPattern: low) }

    /// - Parameter index: from 0 up to `count`.
    subscript(index: Int) -> Int { start &+ index &* step }

    func position(of number: Int) -> Int? {
        guard count > 0 else { return nil }
        let isWithin = step > 0 ? number >= start && number < stop : number <= start && number > stop
        guard isWithin else { return nil }
        let distance = step > 0 ? Self.distance(start, number) : Self.distance(number, start)
        return distance % step.magnitude == 0 ? Int(clamping: distance / step.magnitude) : nil
    }
}
