enum SortingFilters {
    static func sort(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["reverse", "case_sensitive", "attribute"], of: "sort")
        let isCaseSensitive = try bound.flag(1, context)
        let paths = try AttributePath.several(bound[2], context)
        let values = try context.array(of: value)
        let isReversed = try isReversed(bound[0], context)
        try context.spend(bytes: 16 * paths.count, times: values.count)
        var keys: [[Value]] = []
        keys.reserveCapacity(values.count)
        for element in values {
            try context.spend()
            var key: [Value] = []
            for path in paths {
                key.append(try cased(path.value(of: element, context), isCaseSensitive, context))
            }
            keys.append(key)
        }
        let order = try order(of: values.count, isReversed: isReversed) { a, b throws(RenderFault) in
            try isBefore(keys[a], keys[b], context)
        }
        return .list(order.map { values[$0] })
    }

    /// What Python's `sorted` takes an integer for, and nothing else.
    private static func isReversed(_ value: Value?, _ context: RenderContext) throws(RenderFault) -> Bool {
        guard let value else { return false }
        return try context.requireIndex(value) != 0
    }

    /// As lists compare: at the first two that differ.
    private static func isBefore(_ a: [Value], _ b: [Value], _ context: RenderContext) throws(RenderFault) -> Bool {
        try context.spend()
        for index in a.indices where try !context.equal(a[index], b[index]) {
            return try context.isLess(a[index], b[index])
        }
        return false
    }

    /// Strings in lower case, unless case counts.
    private static func cased(
        _ value: Value, _ isCaseSensitive: Bool, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        guard !isCaseSensitive, context.isString(value) else { return context.plain(value) }
        return .string(try context.mapped(context.text(of: value), CaseMapping.lower))
    }

    /// Places in sorted order; equal ones stay in the order they are in, reversed or not.
    static func order(
        of count: Int, isReversed: Bool, _ isLess: (Int, Int) throws(RenderFault) -> Bool
    ) throws(RenderFault) -> [Int] {
        var order = Array(0..<count)
        var other = order
        var width = 1
        while width < count {
            var start = 0
            while start < count {
                let middle = min(start + width, count)
                let end = min(start + 2 * width, count)
                var left = start
                var right = middle
                for place in start..<end {
                    let takesRight: Bool
                    if left == middle {
                        takesRight = true
                    } else if right == end {
                        takesRight = false
                    } else {
                        takesRight =
                            try isReversed
                            ? isLess(order[left], order[right]) : isLess(order[right], order[left])
                    }
                    other[place] = order[takesRight ? right : left]
                    if takesRight { right += 1 } else { left += 1 }
                }
                start = end
            }
            swap(&order, &other)
            width *= 2
        }
        return order
    }

    static func dictsort(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value
    {
        let bound = try arguments.bound(to: ["case_sensitive", "by", "reverse"], of: "dictsort")
        var byValue = false
        if let by = bound[1] {
            byValue = try context.equal(by, "value")
            if !byValue, try !context.equal(by, "key") {
                throw RenderFault(.filterArgument, "You can only sort by either \"key\" or \"value\"")
            }
        }
        let isCaseSensitive = try bound.flag(0, context)
        if case .undefined(let undefined) = value { throw undefined.fault }
        guard context.isDict(value) else {
            throw .type("'\(context.typeName(of: value))' object has no attribute 'items'")
        }
        let pairs = try context.array(of: .rare(.view(.items, of: value)))
        let isReversed = try isReversed(bound[2], context)
        let sorted = try context.array(of: .rare(.view(byValue ? .values : .keys, of: value)))
        var keys: [Value] = []
        for key in sorted {
            try context.spend()
            keys.append(try cased(key, isCaseSensitive, context))
        }
        let order = try order(of: pairs.count, isReversed: isReversed) { a, b throws(RenderFault) in
            try context.spend()
            return try context.isLess(keys[a], keys[b])
        }
        return .list(order.map { pairs[$0] })
    }

    static func groupby(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(
            to: ["attribute", "default", "case_sensitive"], required: 1, of: "groupby")
        let isCaseSensitive = try bound.flag(2, context)
        let path = try AttributePath(bound[0] ?? .none, context)
        let fallback = bound[1].flatMap { context.isNone($0) ? nil : $0 }
        let values = try context.array(of: value)
        try context.spend(bytes: 64 * values.count)
        var real: [Value] = []
        var keys: [Value] = []
        for element in values {
            try context.spend()
            let key = try path.value(of: element, context, default: fallback)
            real.append(key)
            keys.append(try cased(key, isCaseSensitive, context))
        }
        let order = try order(of: values.count, isReversed: false) { a, b throws(RenderFault) in
            try context.spend()
            return try context.isLess(keys[a], keys[b])
        }
        var groups: [Value] = []
        var members: [Value] = []
        var first = 0
        for (index, place) in order.enumerated() {
            if index > 0, try !context.equal(keys[order[index - 1]], keys[place]) {
                groups.append(.rare(.group(key: real[first], members: .list(members))))
                members = []
            }
            if members.isEmpty { first = place }
            members.append(values[place])
        }
        if !members.isEmpty { groups.append(.rare(.group(key: real[first], members: .list(members)))) }
        return .list(groups)
    }

    static func unique(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["case_sensitive", "attribute"], of: "unique")
        let isCaseSensitive = try bound.flag(0, context)
        let path = try AttributePath(bound[1] ?? .none, context)
        let elements = try context.elements(of: value)
        try context.spend(bytes: 64 * elements.count)
        var known: Set<DictKey> = []
        var values: [Value] = []
        for index in 0..<elements.count {
            try context.spend()
            let element = elements[index]
            let key = try cased(path.value(of: element, context), isCaseSensitive, context)
            if known.insert(try context.dictKey(key)).inserted { values.append(element) }
        }
        return .generator(values)
    }

    static func minimum(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try extreme(value, arguments, context, "min") { a, b throws(RenderFault) in try context.isLess(a, b) }
    }

    static func maximum(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try extreme(value, arguments, context, "max") { a, b throws(RenderFault) in
            try context.compare(a, .greater, b)
        }
    }

    private static func extreme(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext, _ name: String,
        _ isBetter: (Value, Value) throws(RenderFault) -> Bool
    ) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["case_sensitive", "attribute"], of: name)
        let elements = try context.elements(of: value)
        guard !elements.isEmpty else {
            return SequenceFilters.nothing("No aggregated item, sequence was empty.")
        }
        let isCaseSensitive = try bound.flag(0, context)
        let path = try AttributePath(bound[1] ?? .none, context)
        var best = 0
        var bestKey = try cased(path.value(of: elements[0], context), isCaseSensitive, context)
        for index in 1..<max(elements.count, 1) {
            try context.spend()
            let key = try cased(path.value(of: elements[index], context), isCaseSensitive, context)
            if try isBetter(key, bestKey) {
                best = index
                bestKey = key
            }
        }
        return elements[best]
    }
}
