/// What stands in brackets after a value: a call's arguments, an item's key, a slice.
extension TemplateParser {
    mutating func argumentList() throws(Stop) -> ArgumentList {
        let opening = current.at
        try expect(.leftParenthesis)
        var list = ArgumentList()
        var keywords: Set<String> = []
        var highest = 0
        var isFirst = true
        while !isSymbol(.rightParenthesis) {
            if !isFirst {
                try expect(.comma)
                if isSymbol(.rightParenthesis) { break }
            }
            isFirst = false
            try argument(into: &list, keywords: &keywords, opening: opening)
            highest = max(highest, height)
        }
        try advance()
        height = highest
        return list
    }

    private mutating func argument(
        into list: inout ArgumentList, keywords: inout Set<String>, opening: Int
    ) throws(Stop) {
        let at = current.at
        if try skip(.multiply) {
            guard list.unpacked == nil, list.unpackedKeywords == nil else {
                throw fault(at: at, .arguments, "a call has one *, and it stands before **")
            }
            list.unpacked = try expression()
        } else if try skip(.power) {
            guard list.unpackedKeywords == nil else { throw fault(at: at, .arguments, "a call has one **") }
            list.unpackedKeywords = try expression()
        } else if case .name(let name) = current.kind, try next().kind == .symbol(.assign) {
            guard list.unpackedKeywords == nil else {
                throw fault(at: at, .arguments, "no argument can follow **")
            }
            guard keywords.insert(name).inserted else {
                throw fault(at: at, .arguments, "the argument \(TemplateFault.shown(name)) stands twice")
            }
            try advance()
            try advance()
            list.keywords.append((name, try expression()))
        } else {
            guard list.unpacked == nil, list.unpackedKeywords == nil, list.keywords.isEmpty else {
                throw fault(at: at, .arguments, "an argument without a name stands before those with one, * and **")
            }
            list.positional.append(try expression())
        }
    }

    mutating func item(of object: Expression) throws(Stop) -> Expression {
        let at = current.at
        var highest = height
        try advance()
        var keys: [Subscript] = []
        while !isSymbol(.rightBracket) {
            if !keys.isEmpty { try expect(.comma) }
            keys.append(try subscripted())
            highest = max(highest, height)
        }
        try advance()
        return try item(of: object, keys, at: at, over: highest)
    }

    private mutating func item(
        of object: Expression, _ keys: [Subscript], at: Int, over highest: Int
    ) throws(Stop) -> Expression {
        if keys.count == 1 {
            switch keys[0] {
            case .key(let key): return try node(object.at, .item(object, key), over: highest)
            case .slice(let start, let stop, let step):
                return try node(
                    object.at, .slice(object, start: start, stop: stop, step: step), over: highest)
            }
        }
        var elements: [Expression] = []
        for key in keys {
            guard case .key(let element) = key else {
                throw fault(at: at, .syntax, "a slice cannot stand beside other keys")
            }
            elements.append(element)
        }
        let key = try node(at, .tuple(elements), over: highest)
        return try node(object.at, .item(object, key), over: height)
    }

    private enum Subscript {
        case key(Expression)
        case slice(Expression?, Expression?, Expression?)
    }

    private mutating func subscripted() throws(Stop) -> Subscript {
        var highest = 0
        var start: Expression?
        if !isSymbol(.colon) {
            let key = try expression()
            guard isSymbol(.colon) else { return .key(key) }
            start = key
            highest = height
        }
        try advance()
        let stop = try bound(&highest)
        let step = try skip(.colon) ? try bound(&highest) : nil
        height = highest
        return .slice(start, stop, step)
    }

    private mutating func bound(_ highest: inout Int) throws(Stop) -> Expression? {
        if isSymbol(.colon) || isSymbol(.rightBracket) || isSymbol(.comma) { return nil }
        let bound = try expression()
        highest = max(highest, height)
        return bound
    }
}
