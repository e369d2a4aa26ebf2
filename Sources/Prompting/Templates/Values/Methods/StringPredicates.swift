extension RenderContext {
    /// `str.isupper()` and its like; nil of another name.
    func stringPredicate(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Bool? {
        let holds: Bool
        switch name {
        case "isalnum": holds = all(text, \.isPythonAlphanumeric)
        case "isalpha": holds = all(text, \.isPythonAlpha)
        case "isascii": holds = text.isASCII
        case "isdecimal": holds = all(text, \.isPythonDecimal)
        case "isdigit": holds = all(text, \.isPythonDigit)
        case "isnumeric": holds = all(text, \.isPythonNumeric)
        case "isspace": holds = all(text, \.isPythonSpace)
        case "isprintable": holds = text.bytes.isEmpty || all(text, \.isPrintable)
        case "isidentifier": holds = Self.isIdentifier(text)
        case "islower": holds = Self.isLower(text)
        case "isupper": holds = Self.isUpper(text)
        case "istitle": holds = Self.isTitle(text)
        case "startswith", "endswith": return try hasAffix(text, name, arguments)
        case _: return nil
        }
        _ = try arguments.positional(0...0, of: name)
        return holds
    }

    /// Whether there are characters, and all are such.
    private func all(_ text: Text, _ test: (Unicode.Scalar) -> Bool) -> Bool {
        !text.bytes.isEmpty && Scalars(text.bytes).allSatisfy(test)
    }

    private static func isIdentifier(_ text: Text) -> Bool {
        var scalars = Scalars(text.bytes)
        guard let first = scalars.next(), first == "_" || first.properties.isXIDStart else { return false }
        while let scalar = scalars.next() { if !scalar.properties.isXIDContinue { return false } }
        return true
    }

    static func isLower(_ text: Text) -> Bool {
        var isCased = false
        for scalar in Scalars(text.bytes) {
            if scalar.isPythonUppercase || scalar.isTitlecase { return false }
            if !isCased, scalar.isPythonLowercase { isCased = true }
        }
        return isCased
    }

    static func isUpper(_ text: Text) -> Bool {
        var isCased = false
        for scalar in Scalars(text.bytes) {
            if scalar.isPythonLowercase || scalar.isTitlecase { return false }
            if !isCased, scalar.isPythonUppercase { isCased = true }
        }
        return isCased
    }

    private static func isTitle(_ text: Text) -> Bool {
        var isCased = false
        var isInWord = false
        for scalar in Scalars(text.bytes) {
            if scalar.isPythonUppercase || scalar.isTitlecase {
                if isInWord { return false }
                isInWord = true
                isCased = true
            } else if scalar.isPythonLowercase {
                if !isInWord { return false }
                isCased = true
            } else {
                isInWord = false
            }
        }
        return isCased
    }

    private func hasAffix(_ text: Text, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Bool {
        let given = try arguments.positional(1...3, of: name)
        let affixes: [Value]
        if let several = tupleElements(given[0]) {
            affixes = several
        } else {
            guard isString(given[0]) else {
                throw .type(
                    "\(name) first arg must be str or a tuple of str, not \(typeName(of: given[0]))")
            }
            affixes = [given[0]]
        }
        let range = try searchRange(text, given, from: 1)
        for affix in affixes {
            try spend()
            guard isString(affix) else {
                throw .type("tuple for \(name) must only contain str, not \(typeName(of: affix))")
            }
            let bytes = try self.text(of: affix).bytes
            guard let range else { continue }
            let part = text.bytes[range]
            if name == "startswith" ? part.starts(with: bytes) : part.hasSuffix(bytes) { return true }
        }
        return false
    }
}

extension ArraySlice<UInt8> {
    func hasSuffix(_ bytes: [UInt8]) -> Bool { count >= bytes.count && suffix(bytes.count).elementsEqual(bytes) }
}
