extension RenderContext {
    /// `center`, `ljust`, `rjust`, `zfill`, `expandtabs`; nil of another name.
    func paddingMethod(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        switch name {
        case "center", "ljust", "rjust":
            let given = try arguments.positional(1...2, of: name)
            let width = try requireIndex(given[0])
            let fill = try given.count > 1 ? fillCharacter(given[1], name) : [UInt8(ascii: " ")]
            return .string(try padded(text, width: width, fill: fill, name))
        case "zfill":
            let width = try requireIndex(arguments.positional(1...1, of: name)[0])
            guard width > text.count else { return .string(text) }
            let missing = width - text.count
            try spend(bytes: text.bytes.count, times: 1)
            try spend(bytes: missing)
            let signs = text.bytes.first == UInt8(ascii: "-") || text.bytes.first == UInt8(ascii: "+") ? 1 : 0
            var bytes = Array(text.bytes[..<signs])
            bytes.append(repeating: 48, count: missing)
            bytes.append(contentsOf: text.bytes[signs...])
            return .string(Text(bytes, isMarkup: text.isMarkup))
        case "expandtabs":
            let size = try arguments.bound(to: ["tabsize"], of: name)[0]
            return .string(
                try expanded(text, tabSize: size.map { value throws(RenderFault) in try requireIndex(value) } ?? 8))
        case _: return nil
        }
    }

    private func fillCharacter(_ value: Value, _ name: String) throws(RenderFault) -> [UInt8] {
        guard isString(value) else {
            throw .type("The fill character must be a unicode character, not \(typeName(of: value))")
        }
        let fill = try text(of: value)
        guard fill.count == 1 else { throw .type("The fill character must be exactly one character long") }
        return fill.bytes
    }

    /// - Parameters:
    ///   - fill: one character.
    ///   - method: `center`, `ljust` or `rjust`.
    func padded(_ text: Text, width: Int, fill: [UInt8], _ method: String) throws(RenderFault) -> Text {
        let count = text.count
        guard width > count else { return text }
        let missing = width - count
        // Python's way to put the odd one: to the left where the width is odd too.
        let left: Int
        switch method {
        case "ljust": left = 0
        case "rjust": left = missing
        case _: left = missing / 2 + (missing & width & 1)
        }
        try spend(bytes: fill.count, times: missing)
        try spend(bytes: text.bytes.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.bytes.count + missing * fill.count)
        for _ in 0..<left { bytes.append(contentsOf: fill) }
        bytes.append(contentsOf: text.bytes)
        for _ in left..<missing { bytes.append(contentsOf: fill) }
        return Text(bytes, isMarkup: text.isMarkup)
    }

    private func expanded(_ text: Text, tabSize: Int) throws(RenderFault) -> Text {
        var bytes: [UInt8] = []
        var column = 0
        for byte in text.bytes {
            switch byte {
            case 0x09:
                guard tabSize > 0 else { continue }
                let missing = tabSize - column % tabSize
                try spend(bytes: missing)
                bytes.append(repeating: 0x20, count: missing)
                column += missing
            case 0x0A, 0x0D:
                bytes.append(byte)
                column = 0
            case _:
                bytes.append(byte)
                if byte & 0xC0 != 0x80 { column += 1 }
            }
        }
        try spend(bytes: text.bytes.count)
        return Text(bytes, isMarkup: text.isMarkup)
    }

    // MARK: - Translation

    func translated(_ text: Text, _ table: Value) throws(RenderFault) -> Text {
        var bytes: [UInt8] = []
        for scalar in Scalars(text.bytes) {
            try spend()
            guard let value = try ownTranslation(table, Int(scalar.value)) else {
                bytes.append(scalar)
                continue
            }
            switch plain(value) {
            case .none: break
            case .string(let new):
                try spend(bytes: new.bytes.count)
                bytes.append(contentsOf: new.bytes)
            case .int(let code):
                guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
                    throw .value("character mapping must be in range(0x110000)")
                }
                bytes.append(scalar)
            case _: throw .type("character mapping must return integer, None or str")
            }
        }
        try spend(bytes: bytes.count)
        return Text(bytes, isMarkup: text.isMarkup)
    }

    private func ownTranslation(_ table: Value, _ code: Int) throws(RenderFault) -> Value? {
        if isDict(table) { return try member(of: table, .int(code)) }
        switch table {
        case .list, .tuple, .string, .input, .range:
            let elements = try elements(of: table)
            return code < elements.count ? elements[code] : nil
        case .undefined(let undefined): throw undefined.fault
        case .none, .bool, .int, .float, .dict, .object, .rare:
            throw .type("'\(typeName(of: table))' object is not subscriptable")
        }
    }

    func translationTable(_ arguments: Arguments) throws(RenderFault) -> Value {
        let given = try arguments.positional(1...3, of: "maketrans")
        var keys: [Value] = []
        var values: [Value] = []
        func code(_ scalar: Unicode.Scalar) -> Value { .int(Int(scalar.value)) }
        if given.count == 1 {
            guard isDict(given[0]) else {
                throw .type("if you give only one argument to maketrans it must be a dict")
            }
            let entries = try elements(of: .rare(.view(.values, of: given[0])))
            for (index, key) in try elements(of: given[0]).enumerated() {
                try spend()
                if isString(key) {
                    var scalars = try Scalars(text(of: key).bytes)
                    guard let scalar = scalars.next(), scalars.next() == nil else {
                        throw .value("string keys in translate table must be of length 1")
                    }
                    keys.append(code(scalar))
                } else if try self.index(key) != nil {
                    keys.append(key)
                } else {
                    throw .type("keys in translate table must be strings or integers")
                }
                values.append(entries[index])
            }
        } else {
            for value in given { try spend(bytes: 48 * requireText(value, "maketrans").bytes.count) }
            let from = try Array(Scalars(requireText(given[0], "maketrans").bytes))
            let to = try Array(Scalars(requireText(given[1], "maketrans").bytes))
            guard from.count == to.count else {
                throw .value("the first two maketrans arguments must have equal length")
            }
            keys = from.map(code)
            values = to.map(code)
            if given.count > 2 {
                let deleted = try Array(Scalars(requireText(given[2], "maketrans").bytes))
                keys += deleted.map(code)
                values += [Value](repeating: .none, count: deleted.count)
            }
        }
        return .dict(try makeDict(keys: keys, values: values))
    }
}
